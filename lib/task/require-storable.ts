import { exceedsJsonSize } from '../limits/json-size.js';
import { invalidParams } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';

/** What clients say of themselves has some hundred characters. */
const MAX_CALLER_CHARACTERS = 12_288;

/**
 * Judges what a client wants to have stored with a task.
 *
 * @param caller what the client says of itself
 * @param maxInputCharacters largest JSON of the arguments
 * @throws {McpError} `-32602`
 */
export function requireStorable(args: JsonObject, caller: object, maxInputCharacters: number): void {
  if (exceedsJsonSize(args, maxInputCharacters)) {
    const problem = `The arguments exceed the ${maxInputCharacters} bytes that are stored with a task`;
    throw invalidParams(`${problem}; pass the address of large data instead of the data`);
  }
  if (!exceedsJsonSize(caller, MAX_CALLER_CHARACTERS)) return;
  const problem = 'The capabilities and the information of the client are stored with a task';
  throw invalidParams(`${problem}, and may have at most ${MAX_CALLER_CHARACTERS} characters of JSON`);
}

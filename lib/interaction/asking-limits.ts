import { MissingClientCapabilityError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Revision } from '../protocol/revisions.js';
import { type InputRequest, missingCapabilities } from './input-request.js';
import { InputRefusedError } from './interaction.js';

/** What a client declared, which determines what it can be asked. */
export interface AskedClient {
  readonly clientCapabilities: Readonly<JsonObject>;
  readonly revision: Revision;
}

/**
 * @throws {MissingClientCapabilityError} when the client did not declare what this request needs (M-6, TASK-12, A-17)
 */
export function requireCapability(request: InputRequest, { clientCapabilities, revision }: AskedClient): void {
  const missing = missingCapabilities(request, clientCapabilities, revision);
  if (missing) throw new MissingClientCapabilityError(missing);
}

/** The option `maxInputRounds` limits how many times a call may ask for input. */
export const tooManyRounds = (maxRounds: number): InputRefusedError =>
  new InputRefusedError(`The call has asked for input ${maxRounds} times and still needs more`);

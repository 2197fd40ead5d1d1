import { isContentBlock, text, type CallToolResult, type ContentBlock } from '../../protocol/content.js';
import { isObject } from '../../protocol/messages.js';
import type { CompiledSchema } from '../../schema/index.js';
import { InvalidOutputError } from './invalid-output.js';
import { requireRepresentable } from './representable.js';

const isContentArray = (value: unknown): value is ContentBlock[] =>
  Array.isArray(value) && value.length > 0 && value.every(isContentBlock);

const MEMBERS = new Set(['content', 'structuredContent', 'isError', '_meta']);

/** Nothing but the members of a result: an application's own object may well have a `content`. */
const isWholeResult = (value: unknown): value is CallToolResult =>
  isObject(value) &&
  Array.isArray(value.content) &&
  value.content.every(isContentBlock) &&
  Object.keys(value).every((member) => MEMBERS.has(member));

/**
 * What a tool's return value says on the wire: a whole result or content as it is, a string as text, anything else as
 * JSON text, and with an output schema as `structuredContent` too (U-8).
 *
 * @throws {InvalidOutputError} when the value does not fit the output schema, or JSON
 */
export function toolResult(
  value: unknown,
  output: CompiledSchema | undefined,
): CallToolResult | Promise<CallToolResult> {
  if (isWholeResult(value)) return output && !value.isError ? checked(value, output) : value;
  if (output) return structured(value, output);
  if (isContentBlock(value)) return { content: [value] };
  if (isContentArray(value)) return { content: value };
  if (value === undefined || value === null) return { content: [] };
  return { content: [text(typeof value === 'string' ? value : stringify(value))] };
}

/** A result made by hand: its structured content still has to be what was announced. */
function checked(result: CallToolResult, output: CompiledSchema): CallToolResult | Promise<CallToolResult> {
  return whenValid(result.structuredContent, output, (structuredContent) => ({ ...result, structuredContent }));
}

function structured(value: unknown, output: CompiledSchema): CallToolResult | Promise<CallToolResult> {
  return whenValid(value, output, (structuredContent) => ({
    content: [text(stringify(structuredContent))],
    structuredContent,
  }));
}

function whenValid<T>(value: unknown, output: CompiledSchema, then: (valid: unknown) => T): T | Promise<T> {
  const accept = (outcome: Awaited<ReturnType<CompiledSchema['validate']>>): T => {
    if (outcome.ok) return then(outcome.value);
    const issues = outcome.issues.map(({ path, message }) => `${path || '(root)'}: ${message}`).join('; ');
    throw new InvalidOutputError(`The returned value does not fit the output schema: ${issues}`);
  };
  const outcome = output.validate(value);
  return outcome instanceof Promise ? outcome.then(accept) : accept(outcome);
}

function stringify(value: unknown): string {
  requireRepresentable(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (cause) {
    // A bigint, a circle, a toJSON() that throws.
    throw new InvalidOutputError('The returned value cannot be written as JSON', { cause });
  }
}

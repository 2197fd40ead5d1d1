import { isContentBlock, text, type CallToolResult, type ContentBlock } from '../../protocol/content.js';
import { isObject } from '../../protocol/messages.js';
import type { CompiledSchema } from '../../schema/index.js';
import { InvalidOutputError } from './invalid-output.js';
import { requireRepresentable } from './representable.js';

const isContentArray = (value: unknown): value is ContentBlock[] =>
  Array.isArray(value) && value.length > 0 && value.every(isContentBlock);

const MEMBERS = new Set(['content', 'structuredContent', 'isError', '_meta']);

/** True only if all members belong to a result: an object of the application may have a `content` of its own. */
const isWholeResult = (value: unknown): value is CallToolResult =>
  isObject(value) &&
  Array.isArray(value.content) &&
  value.content.every(isContentBlock) &&
  Object.keys(value).every((member) => MEMBERS.has(member));

/**
 * Turns a tool's return value into a result. A whole result or content is used as it is, a string becomes text, and any
 * other value becomes JSON text. With an output schema the value is `structuredContent` too (U-8).
 *
 * @throws {InvalidOutputError} if the value does not fit the output schema or cannot be serialized as JSON
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

/** Validates the structured content of a whole result against the announced schema. */
function checked(result: CallToolResult, output: CompiledSchema): CallToolResult | Promise<CallToolResult> {
  return whenValid(result.structuredContent, output, (structuredContent) => ({ ...result, structuredContent }));
}

function structured(value: unknown, output: CompiledSchema): CallToolResult | Promise<CallToolResult> {
  return whenValid(value, output, (structuredContent) => ({
    content: [text(stringify(structuredContent))],
    structuredContent,
  }));
}

function whenValid<T>(value: unknown, output: CompiledSchema, toResult: (valid: unknown) => T): T | Promise<T> {
  const accept = (outcome: Awaited<ReturnType<CompiledSchema['validate']>>): T => {
    if (outcome.ok) return toResult(outcome.value);
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
    // The value holds a bigint, a circular reference, or a toJSON() that throws.
    throw new InvalidOutputError('The returned value cannot be serialized as JSON', { cause });
  }
}

import { isObject, type JsonObject } from '../../protocol/messages.js';

/**
 * The JSON of a result. Most results are one text, which is written here: `JSON.stringify()` takes several microseconds
 * for objects that are new with each call.
 */
export function resultJson(result: JsonObject): string {
  const text = onlyText(result);
  return text === undefined ? JSON.stringify(result) : `{"content":[{"type":"text","text":${JSON.stringify(text)}}]}`;
}

/** The text of a result that has nothing else, and that nobody has told how to write itself. */
function onlyText(result: JsonObject): string | undefined {
  const { content } = result;
  if (!Array.isArray(content) || content.length !== 1 || !hasOnly(result, 1)) return undefined;
  const block: unknown = content[0];
  if (!isObject(block) || block.type !== 'text' || !hasOnly(block, 2)) return undefined;
  return typeof block.text === 'string' ? block.text : undefined;
}

function hasOnly(value: object, members: number): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  let count = 0;
  for (const name in value) if (Object.hasOwn(value, name)) count++;
  return count === members;
}

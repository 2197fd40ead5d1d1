import type { Attributes } from '@opentelemetry/api';
import { redacted } from '../observe/redacted.js';
import type { Subject } from '../observe/subject.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import { ATTRIBUTE } from './conventions.js';

/** Characters of one text of a result, and parts of a result, that are shown. */
const MAX_CHARACTERS = 1000;
const MAX_PARTS = 20;

/** The arguments of a call, without what is secret. */
export const argumentsOf = ({ arguments: args, schema }: Subject): Attributes =>
  args === undefined ? {} : { [ATTRIBUTE.arguments]: JSON.stringify(redacted(args, schema)) };

/**
 * The result of a call: its structured content without what is secret, as far as a schema declares it; otherwise its
 * texts, which say no more than they are meant to.
 */
export function resultOf({ structuredContent, content }: JsonObject, { output }: Subject): Attributes {
  if (isObject(structuredContent) && output)
    return { [ATTRIBUTE.result]: JSON.stringify(redacted(structuredContent, output)) };
  if (!Array.isArray(content)) return {};
  const parts = content.slice(0, MAX_PARTS).map((part: unknown) => {
    const { type, text } = isObject(part) ? part : {};
    return typeof text === 'string' ? { type, text: text.slice(0, MAX_CHARACTERS) } : { type };
  });
  return { [ATTRIBUTE.result]: JSON.stringify(parts) };
}

import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../protocol/messages.js';
import type { LegacyRevision } from '../protocol/revisions.js';
import type { InputRequest } from './input-request.js';
import { InputRefusedError } from './interaction.js';

/**
 * Returns a request in the format of an older revision (J-2, J-3, §2.6).
 *
 * @throws {InputRefusedError} for a request the revision cannot express
 */
export function inputRequestFor({ method, params }: InputRequest, revision: LegacyRevision): InputRequest {
  if (method !== 'elicitation/create') return { method, params };
  if (params?.mode === 'url') return { method, params: { ...params, elicitationId: randomUUID() } };
  if (revision >= '2025-11-25' || !isObject(params?.requestedSchema)) return { method, params };
  return { method, params: { ...params, mode: undefined, requestedSchema: simpleForm(params.requestedSchema) } };
}

/** In 2025-06-18, titled choices are `enumNames`, lists do not exist, and only booleans have defaults. */
function simpleForm(schema: JsonObject): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const simple = Object.entries(properties).map(([name, property]) => [
    name,
    simpleField(name, property as JsonObject),
  ]);
  return { ...schema, properties: Object.fromEntries(simple) };
}

function simpleField(name: string, field: JsonObject): JsonObject {
  if (field.type === 'array') throw new InputRefusedError(`This client cannot be asked for a list ("${name}")`);
  const { default: preset, oneOf, ...rest } = field;
  const simple: JsonObject = field.type === 'boolean' && preset !== undefined ? { ...rest, default: preset } : rest;
  if (!Array.isArray(oneOf)) return simple;
  const choices = oneOf as { const: unknown; title?: unknown }[];
  return {
    ...simple,
    enum: choices.map((choice) => choice.const),
    enumNames: choices.map(({ title, const: value }) => String(title ?? value)),
  };
}

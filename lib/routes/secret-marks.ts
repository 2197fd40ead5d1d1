import { dereferenced, type JsonSchema } from '../schema/index.js';
import { PLACES } from './members.js';

/** A schema that a parameter of a route has, before it was kept to what hosts take, and the member that it describes. */
export interface DeclaredPart {
  readonly schema: JsonSchema;
  /** `undefined` if it describes a whole place, such as the body. */
  readonly key: string | undefined;
}

/**
 * The arguments of a route as the audit reads them: as they are announced, with the marks of what is secret. Where the
 * parts of a request end up among the arguments depends on their names, so the marks hold wherever they may be: rather
 * too much is hidden than too little.
 */
export function withSecretMarks(announced: JsonSchema, parts: readonly DeclaredPart[]): JsonSchema {
  const marked = parts.flatMap(({ schema, key }) => {
    const one = dereferenced(schema);
    const names = key === undefined ? PLACES : [...PLACES, key];
    const inside = { anyOf: [one, { items: one }, { additionalProperties: one }] };
    return [one, { properties: Object.fromEntries(names.map((name) => [name, inside])) }];
  });
  return marked.length === 0 ? announced : { ...announced, allOf: marked };
}

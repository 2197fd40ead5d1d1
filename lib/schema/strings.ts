import { alternatives, propertiesIn, typesOf } from './resolve.js';
import { SchemaError, type CompiledSchema, type JsonSchema } from './schema.js';

type Read = (text: string) => unknown;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const asNumber: Read = (text) => (NUMBER.test(text.trim()) ? Number(text) : text);
const asBoolean: Read = (text) => (text === 'true' ? true : text === 'false' ? false : text);

/**
 * The same schema for a map of strings, which is all that the arguments of a prompt can be. Text that is no number stays
 * text, so that the schema itself names the mistake.
 */
export function readsStrings(compiled: CompiledSchema, where: string): CompiledSchema {
  const root = compiled.jsonSchema;
  const reads = new Map<string, Read>();
  for (const [name, schema] of propertiesIn(root)) {
    const read = readerOf(schema, root, `${where}: the argument ${name}`);
    if (read !== undefined) reads.set(name, read);
  }
  if (reads.size === 0) return compiled;
  return {
    ...compiled,
    validate(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return compiled.validate(value);
      const read = Object.entries(value).map(([name, text]): [string, unknown] => {
        const as = typeof text === 'string' ? reads.get(name) : undefined;
        return [name, as === undefined ? text : as(text as string)];
      });
      // `fromEntries` defines, so an argument named `__proto__` stays an argument.
      return compiled.validate(Object.fromEntries(read));
    },
  };
}

/** How to read one argument; `undefined` for as it is. */
function readerOf(schema: JsonSchema, root: JsonSchema, what: string): Read | undefined {
  const types = new Set(alternatives(schema, root).flatMap(typesOf));
  if (types.size === 0 || types.has('string')) return undefined;
  if (types.has('number') || types.has('integer')) return asNumber;
  if (types.has('boolean')) return asBoolean;
  throw new SchemaError(
    `${what} is of type ${[...types].join(' or ')}, and arguments of prompts are strings`,
    'Make it a string, number or boolean',
  );
}

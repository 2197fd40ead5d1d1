import { alternatives, propertiesIn, typesOf } from './resolve.js';
import { SchemaError, type CompiledSchema, type JsonSchema } from './schema.js';

type Parse = (text: string) => unknown;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const asNumber: Parse = (text) => (NUMBER.test(text.trim()) ? Number(text) : text);
const asBoolean: Parse = (text) => (text === 'true' ? true : text === 'false' ? false : text);

/**
 * Adapts a schema to a map of strings, because the arguments of a prompt can only be strings. Text that is not a number
 * stays text, so that the schema itself reports it.
 */
export function readsStrings(compiled: CompiledSchema, where: string): CompiledSchema {
  const root = compiled.jsonSchema;
  const parsers = new Map<string, Parse>();
  for (const [name, schema] of propertiesIn(root)) {
    const parse = parserOf(schema, root, `${where}: the argument ${name}`);
    if (parse !== undefined) parsers.set(name, parse);
  }
  if (parsers.size === 0) return compiled;
  return {
    ...compiled,
    validate(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return compiled.validate(value);
      const parsed = Object.entries(value).map(([name, text]): [string, unknown] => {
        const parse = typeof text === 'string' ? parsers.get(name) : undefined;
        return [name, parse === undefined ? text : parse(text as string)];
      });
      // `fromEntries` defines properties, so an argument named `__proto__` does not touch the prototype.
      return compiled.validate(Object.fromEntries(parsed));
    },
  };
}

/** The parser of one argument. `undefined` if it stays a string. */
function parserOf(schema: JsonSchema, root: JsonSchema, argument: string): Parse | undefined {
  const types = new Set(alternatives(schema, root).flatMap(typesOf));
  if (types.size === 0 || types.has('string')) return undefined;
  if (types.has('number') || types.has('integer')) return asNumber;
  if (types.has('boolean')) return asBoolean;
  throw new SchemaError(
    `${argument} is of type ${[...types].join(' or ')}, but the arguments of prompts are strings`,
    'Make it a string, number or boolean',
  );
}

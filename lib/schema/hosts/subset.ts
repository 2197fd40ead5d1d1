import type { JsonSchema } from '../schema.js';

/**
 * The part of JSON Schema that the hosts take: what OpenAI, Gemini and Vertex, VS Code with Copilot, Cursor and Claude
 * refuse, by the reports that docs/schemas.md names, is not in it. A host that refuses one tool often refuses every
 * prompt of the conversation, so the subset is that of the strictest.
 */
export const HOST_KEYWORDS: ReadonlySet<string> = new Set([
  'type',
  'title',
  'description',
  'default',
  'examples',
  'enum',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minItems',
  'maxItems',
  '$ref',
  '$defs',
  'x-mcp-header',
]);

/** Gemini knows no other format of a string. */
export const HOST_FORMATS: ReadonlySet<unknown> = new Set(['date-time']);

/** Claude refuses a request with any other name of an argument. */
export const HOST_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

const NOT_AT_THE_ROOT = ['anyOf', 'oneOf', 'allOf', 'not', 'enum', 'const', '$ref'];

/** Whether the engines of hosts (RE2, grammars) know a pattern: no lookaround, back-references, `\p` or named groups. */
export const isHostPattern = (pattern: unknown): boolean =>
  typeof pattern === 'string' && !/\(\?(?!:)|\\[pPkK1-9]/.test(pattern.replaceAll('\\\\', ''));

/** One place of a schema that a host refuses. */
export interface Departure {
  /** Where, as a path of keywords: `properties.at.format`. */
  readonly path: string;
  readonly problem: string;
}

/** Lists what hosts refuse in a schema. `input` schemas are arguments of a tool, whose root is an object. */
export function departuresOf(schema: JsonSchema, direction: 'input' | 'output'): Departure[] {
  const found: Departure[] = [];
  if (direction === 'input') {
    if (schema['type'] !== 'object') found.push({ path: '', problem: 'the root is not of type object' });
    for (const keyword of NOT_AT_THE_ROOT)
      if (keyword in schema) found.push({ path: keyword, problem: `${keyword} is at the root` });
  }
  visit(schema, '', found);
  return found;
}

function visit(schema: unknown, path: string, found: Departure[]): void {
  const at = (keyword: string): string => (path === '' ? keyword : `${path}.${keyword}`);
  const report = (keyword: string, problem: string) => void found.push({ path: at(keyword), problem });
  if (typeof schema !== 'object' || schema === null) {
    found.push({ path, problem: `the schema is ${String(schema as unknown)}` });
    return;
  }
  const node = schema as Readonly<Record<string, any>>;
  for (const keyword of Object.keys(node)) if (!HOST_KEYWORDS.has(keyword)) report(keyword, `${keyword} is not known`);
  const { type, properties = {}, items } = node;
  if (Array.isArray(type)) report('type', 'it lists several types');
  if ('format' in node && !HOST_FORMATS.has(node['format']))
    report('format', `the format ${node['format']} is not known`);
  if ('pattern' in node && !isHostPattern(node['pattern']))
    report('pattern', 'the pattern is not known to all engines');
  if ('enum' in node && !(type === 'string' && isTexts(node['enum'])))
    report('enum', 'it is no list of filled strings');
  if (type === 'array' && items === undefined) report('items', 'a list without items');
  if (type === 'object' && !('properties' in node)) report('properties', 'an object without properties');
  for (const name of node['required'] ?? []) if (!(name in properties)) report('required', `${name} is no property`);
  for (const [name, one] of Object.entries(properties)) {
    if (!HOST_NAME.test(name)) report('properties', `the name ${JSON.stringify(name)} is not known`);
    visit(one, at(`properties.${name}`), found);
  }
  if (items !== undefined) visit(items, at('items'), found);
  const { additionalProperties: more } = node;
  if (more !== undefined && more !== false) visit(more, at('additionalProperties'), found);
  for (const [index, one] of (node['anyOf'] ?? []).entries()) visit(one, at(`anyOf[${index}]`), found);
  for (const [name, one] of Object.entries(node['$defs'] ?? {})) visit(one, at(`$defs.${name}`), found);
}

export const isTexts = (values: unknown): values is string[] =>
  Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string' && value !== '');

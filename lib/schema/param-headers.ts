import { SchemaError, type JsonSchema } from './schema.js';

/** One argument that a client repeats in the header `Mcp-Param-<name>` (§1.4). */
export interface ParamHeader {
  /** Property names from the root of the arguments. */
  readonly path: readonly string[];
  /** As annotated; compare case-insensitively. */
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean';
}

const ANNOTATION = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);
const CURE = 'One bad annotation makes clients drop the whole tool; correct or remove it';

/** Keywords whose value is data, in which the annotation's name means nothing. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);
/** Keywords whose value maps names to schemas: a property may well be *called* `x-mcp-header`. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/**
 * Finds the `x-mcp-header` annotations of a tool's input.
 *
 * @throws SchemaError for one that forbids.
 */
export function paramHeaders(schema: JsonSchema): ParamHeader[] {
  const found: ParamHeader[] = [];
  walk(schema, [], true, found);
  const names = new Set<string>();
  for (const { name, path } of found) {
    if (names.has(name.toLowerCase())) throw bad(path, `repeats the header ${name}, and case makes no difference`);
    names.add(name.toLowerCase());
  }
  return found;
}

/** `reachable`: only `properties` steps lead here from the root. */
function walk(schema: unknown, path: readonly string[], reachable: boolean, found: ParamHeader[]): void {
  if (Array.isArray(schema)) return schema.forEach((one) => walk(one, path, false, found));
  if (typeof schema !== 'object' || schema === null) return;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === ANNOTATION) found.push(annotation(schema as JsonSchema, value, path, reachable));
    else if (DATA.has(keyword)) continue;
    else if (NAMED.has(keyword) && typeof value === 'object' && value !== null) {
      const inner = reachable && keyword === 'properties';
      for (const [name, one] of Object.entries(value)) walk(one, inner ? [...path, name] : path, inner, found);
    } else walk(value, path, false, found);
  }
}

function annotation(schema: JsonSchema, name: unknown, path: readonly string[], reachable: boolean): ParamHeader {
  if (typeof name !== 'string' || !TOKEN.test(name))
    throw bad(path, `names the header ${JSON.stringify(name)}, which is no HTTP token`);
  if (!reachable || path.length === 0)
    throw bad(path, 'stands where a header cannot follow: only `properties` may lead to it');
  const type = schema['type'];
  if (!TYPES.has(type))
    throw bad(path, `is on the type ${JSON.stringify(type)}; only string, integer and boolean may have one`);
  return { path, name, type: type as ParamHeader['type'] };
}

const bad = (path: readonly string[], what: string): SchemaError =>
  new SchemaError(`The ${ANNOTATION} annotation at ${path.join('.') || 'the root'} ${what}`, CURE);

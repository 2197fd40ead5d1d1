import { SchemaError, type JsonSchema } from './schema.js';

/** An argument that a client repeats in the header `Mcp-Param-<name>` (§1.4). */
export interface ParamHeader {
  /** The property names from the root of the arguments. */
  readonly path: readonly string[];
  /** The name in the annotation. Compare it case-insensitively. */
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean';
}

const ANNOTATION = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);
const REMEDY = 'Clients drop a tool with an invalid annotation; correct or remove it';

/** Keywords whose value is data, where the name of the annotation has no meaning. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);
/** Keywords whose value maps names to schemas, where `x-mcp-header` may be the name of a property. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/**
 * Finds the `x-mcp-header` annotations of a tool's input.
 *
 * @throws {SchemaError} for an annotation that violates
 */
export function paramHeaders(schema: JsonSchema): ParamHeader[] {
  const found: ParamHeader[] = [];
  walk(schema, [], true, found);
  const names = new Set<string>();
  for (const { name, path } of found) {
    if (names.has(name.toLowerCase()))
      throw invalid(path, `repeats the header ${name} (header names are case-insensitive)`);
    names.add(name.toLowerCase());
  }
  return found;
}

/** `reachable` means that only `properties` keywords lead from the root to this schema. */
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
    throw invalid(path, `names the header ${JSON.stringify(name)}, which is not a valid HTTP token`);
  if (!reachable || path.length === 0)
    throw invalid(path, 'is at a location without a header: only `properties` may lead to it');
  const type = schema['type'];
  if (!TYPES.has(type))
    throw invalid(path, `has the type ${JSON.stringify(type)}; only string, integer and boolean are allowed`);
  return { path, name, type: type as ParamHeader['type'] };
}

const invalid = (path: readonly string[], problem: string): SchemaError =>
  new SchemaError(`The ${ANNOTATION} annotation at ${path.join('.') || 'the root'} ${problem}`, REMEDY);

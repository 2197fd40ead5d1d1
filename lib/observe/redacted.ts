import { isObject, type JsonObject } from '../protocol/messages.js';
import { type JsonSchema, localRef } from '../schema/index.js';

/** What stands in place of a value that `@McpSecret()` or `writeOnly` marks. */
const SECRET = '[secret]';
/** What stands in place of a value that the schema does not describe: nobody has said that it is no secret. */
const UNDECLARED = '[undeclared]';
/** What stands in place of the rest of what is large. */
const OMITTED = '[omitted]';

/** Values that are shown of all arguments together, and characters of each text. */
const MAX_VALUES = 1000;
const MAX_CHARACTERS = 1000;

type Node = Readonly<Record<string, unknown>>;

/** The arguments without what is secret, for the audit: only what their schema declares, and marks no secret, is left. */
export const redacted = (args: JsonObject, schema: JsonSchema | undefined): JsonObject =>
  new Redaction(schema ?? {}).object(args, schema ? [schema] : []);

/** Applies one schema to one value. A value may be described by several parts of it, all of which count. */
class Redaction {
  #left = MAX_VALUES;

  constructor(private readonly root: JsonSchema) {}

  object(value: JsonObject, schemas: readonly unknown[]): JsonObject {
    const nodes = this.#parts(schemas);
    const shown: [string, unknown][] = [];
    for (const [key, one] of Object.entries(value)) {
      if (this.#left <= 0) {
        shown.push(['…', OMITTED]);
        break;
      }
      const declared = nodes.flatMap((node) => propertyOf(node, key));
      // A name that nobody declared may be the secret itself.
      if (declared.length === 0) shown.push([UNDECLARED, OMITTED]);
      else shown.push([key, this.#value(one, declared)]);
    }
    return Object.fromEntries(shown);
  }

  #value(value: unknown, schemas: readonly unknown[]): unknown {
    this.#left--;
    const nodes = this.#parts(schemas);
    if (nodes.some(isSecret)) return SECRET;
    if (Array.isArray(value)) return this.#list(value, nodes);
    if (isObject(value)) return this.object(value, nodes);
    if (!nodes.some(saysSomething)) return UNDECLARED;
    return typeof value === 'string' && value.length > MAX_CHARACTERS ? `${value.slice(0, MAX_CHARACTERS)}…` : value;
  }

  #list(values: readonly unknown[], nodes: readonly Node[]): unknown[] {
    const shown: unknown[] = [];
    for (const [index, one] of values.entries()) {
      if (this.#left <= 0) return [...shown, OMITTED];
      shown.push(
        this.#value(
          one,
          nodes.flatMap((node) => itemOf(node, index)),
        ),
      );
    }
    return shown;
  }

  /** The schemas and all parts that apply to the same value: what they refer to, and their alternatives. */
  #parts(schemas: readonly unknown[]): Node[] {
    const found = new Set<Node>();
    const visit = (schema: unknown): void => {
      if (!isObject(schema) || found.has(schema)) return;
      found.add(schema);
      if (typeof schema.$ref === 'string') visit(localRef(schema.$ref, this.root));
      for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
        const parts = schema[keyword];
        if (Array.isArray(parts)) parts.forEach(visit);
      }
      for (const keyword of ['if', 'then', 'else']) visit(schema[keyword]);
    };
    schemas.forEach(visit);
    return [...found];
  }
}

/** `writeOnly` is what JSON Schema has for passwords; `format: password` is what OpenAPI has. */
const isSecret = ({ writeOnly, format }: Node): boolean => writeOnly === true || format === 'password';

const saysSomething = (node: Node): boolean => ['type', 'enum', 'const'].some((keyword) => keyword in node);

function propertyOf({ properties, additionalProperties }: Node, key: string): unknown[] {
  if (isObject(properties) && Object.hasOwn(properties, key)) return [properties[key]];
  return isObject(additionalProperties) ? [additionalProperties] : [];
}

function itemOf({ prefixItems, items }: Node, index: number): unknown[] {
  if (Array.isArray(prefixItems) && index < prefixItems.length) return [prefixItems[index]];
  return isObject(items) ? [items] : [];
}

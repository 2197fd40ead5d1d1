import { merge } from '../dto/merge.js';
import { isRecord } from '../dto/is-record.js';
import type { JsonSchema } from '../schema.js';
import { localRef } from '../local-ref.js';
import { foldRoot } from './fold-root.js';
import { described } from './hints.js';
import { HOST_FORMATS, isHostPattern, isTexts } from './subset.js';

type Draft = Record<string, any>;

/** Inlining stops at this many subschemas; what is used more often than that stays a reference. */
const MAX_INLINED = 2000;

/**
 * Rewrites a schema to what hosts take. Everything that the given schema accepts is accepted by the result, so a host
 * that checks arguments or results against it refuses nothing that is right. What it cannot say stands in descriptions.
 */
export function widen(schema: JsonSchema, direction: 'input' | 'output'): JsonSchema {
  const widened = new Widening(schema).print();
  return direction === 'input' ? foldRoot(widened) : widened;
}

/** Words that stay beside a union, and keywords that go into its branches. */
const WORDS = ['title', 'description', 'default', 'examples', 'x-mcp-header'];
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum'],
  integer: ['minimum', 'maximum'],
  array: ['items', 'minItems', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties'],
  boolean: [],
  null: [],
};

class Widening {
  private readonly defs: Draft = {};
  /** The references that are being inlined around the place at hand: one of them again is a recursion. */
  private readonly open: string[] = [];
  private inlined = 0;

  constructor(private readonly root: JsonSchema) {}

  print(): JsonSchema {
    const printed = this.node(this.root);
    return Object.keys(this.defs).length > 0 ? { ...printed, $defs: this.defs } : printed;
  }

  private node(given: unknown): Draft {
    // `true` accepts everything. `false` accepts nothing, and the same as everything is wider than that.
    if (!isRecord(given)) return {};
    const schema = this.flat(given);
    if (typeof schema['$ref'] === 'string') return this.reference(schema);
    const union = (schema['anyOf'] ?? schema['oneOf']) as unknown;
    if (Array.isArray(union)) return this.union(schema, union);
    if (Array.isArray(schema['type'])) return this.types(schema, schema['type'] as string[]);
    const values = 'const' in schema ? [schema['const']] : (schema['enum'] as unknown);
    return Array.isArray(values) ? this.values(schema, values) : this.plain(schema);
  }

  /** `allOf` is merged as far as it can be. */
  private flat({ allOf, ...schema }: Draft): Draft {
    if (!Array.isArray(allOf)) return schema;
    const merged: Draft = { ...schema };
    for (const part of allOf) {
      const one = isRecord(part) ? this.flat(this.resolved(part)) : {};
      const { properties, required, ...rest } = one;
      if (properties) merged['properties'] = { ...merged['properties'], ...properties };
      if (required) merged['required'] = [...new Set([...(merged['required'] ?? []), ...required])];
      // A part that is closed by itself would refuse the properties of the others.
      if (rest['additionalProperties'] === false && allOf.length > 1) delete rest['additionalProperties'];
      merge(merged, rest);
    }
    delete merged['allOf'];
    return merged;
  }

  private resolved(part: Draft): Draft {
    const target = typeof part['$ref'] === 'string' ? localRef(part['$ref'], this.root) : undefined;
    return isRecord(target) && !this.open.includes(part['$ref']) ? { ...target, ...withoutRef(part) } : part;
  }

  private reference(schema: Draft): Draft {
    const ref = schema['$ref'] as string;
    const target = localRef(ref, this.root);
    if (!isRecord(target)) return words(withoutRef(schema));
    if (ref === '#') return { $ref: '#' };
    const name = ref.slice(ref.lastIndexOf('/') + 1);
    if (this.open.includes(ref) || this.inlined > MAX_INLINED) return this.kept(name, ref, target);
    this.inlined += 1;
    this.open.push(ref);
    const inner = this.node({ ...target, ...withoutRef(schema) });
    this.open.pop();
    return name in this.defs ? { $ref: `#/$defs/${name}`, ...words(withoutRef(schema)) } : inner;
  }

  private kept(name: string, ref: string, target: Draft): Draft {
    if (!(name in this.defs)) {
      this.defs[name] = {};
      const above = this.open.splice(0, this.open.length, ref);
      this.defs[name] = this.node(target);
      this.open.splice(0, this.open.length, ...above);
    }
    return { $ref: `#/$defs/${name}` };
  }

  private union(schema: Draft, branches: unknown[]): Draft {
    const { anyOf: _anyOf, oneOf: _oneOf, ...around } = schema;
    const outside = Object.fromEntries(Object.entries(around).filter(([keyword]) => !WORDS.includes(keyword)));
    const inner = branches.map((branch) => {
      if (!isRecord(branch)) return this.node(branch);
      if (Object.keys(outside).length === 0) return this.node(branch);
      const both: Draft = { ...outside };
      merge(both, this.resolved(branch));
      return this.node(both);
    });
    const seen = new Set<string>();
    const anyOf = inner.filter((one) => !seen.has(JSON.stringify(one)) && seen.add(JSON.stringify(one)));
    // A branch for everything makes the others needless.
    if (anyOf.some((one) => Object.keys(one).length === 0)) return words(around);
    if (anyOf.length === 1) return { ...anyOf[0], ...words(around) };
    return { ...words(around), anyOf: anyOf.flatMap(({ anyOf: deeper, ...one }) => deeper ?? [one]) };
  }

  private types(schema: Draft, types: readonly string[]): Draft {
    const { type: _type, ...rest } = schema;
    if (types.length === 1) return this.node({ ...rest, type: types[0] });
    const branches = types.map((type) => {
      const own = Object.entries(rest).filter(
        ([keyword]) => !WORDS.includes(keyword) && (BY_TYPE[type]?.includes(keyword) ?? !isTyped(keyword)),
      );
      return { type, ...Object.fromEntries(own) };
    });
    return this.union(words(schema), branches);
  }

  /** Only filled strings can be listed: other values become their type, with limits and a sentence. */
  private values(schema: Draft, values: readonly unknown[]): Draft {
    const { const: _const, enum: _enum, type, ...rest } = schema;
    const allowed = values.filter((value) => type === undefined || isOf(type as string, value));
    const kinds = [...new Set(allowed.map(kindOf))];
    if (kinds.length > 1) {
      const branches = kinds.map((kind) => ({ enum: allowed.filter((value) => kindOf(value) === kind) }));
      return this.union(rest, branches);
    }
    const [kind] = kinds;
    if (kind === 'string' && isTexts(allowed)) return this.plain({ ...rest, type: 'string', enum: allowed });
    if (kind === 'null' || kind === undefined) return this.plain({ ...rest, type: 'null' });
    const numbers = kind === 'number' ? (allowed as number[]) : [];
    const limits = numbers.length > 0 ? { minimum: Math.min(...numbers), maximum: Math.max(...numbers) } : {};
    const whole = numbers.length > 0 && numbers.every(Number.isInteger);
    const description = described(rest['description'], { enum: allowed });
    return this.plain({ ...rest, ...limits, description, type: whole ? 'integer' : kind });
  }

  private plain(schema: Draft): Draft {
    const { type } = schema;
    const draft = words(schema);
    // Limits without a type are for values that happen to have it; hosts take them for a type that is missing.
    if (typeof type !== 'string') return draft;
    draft['type'] = type;
    const dropped: Draft = {};
    for (const keyword of COPIED[type] ?? []) if (schema[keyword] !== undefined) draft[keyword] = schema[keyword];
    if (type === 'number' || type === 'integer') this.bounds(schema, draft, dropped);
    if (type === 'string') this.text(schema, draft, dropped);
    for (const keyword of SAID) if (schema[keyword] !== undefined) dropped[keyword] = schema[keyword];
    const description = described(schema['description'], dropped);
    if (description !== undefined) draft['description'] = description;
    if (type === 'array') this.list(schema, draft);
    if (type === 'object') this.members(schema, draft);
    return draft;
  }

  private text({ pattern, format }: Draft, draft: Draft, dropped: Draft): void {
    if (pattern !== undefined) (isHostPattern(pattern) ? draft : dropped)['pattern'] = pattern;
    if (format === undefined) return;
    (HOST_FORMATS.has(format) ? draft : dropped)['format'] = format;
    // A pattern that only spells out its format says nothing to a model.
    delete dropped['pattern'];
  }

  /** For an integer an exclusive limit has an inclusive one that says the same. */
  private bounds(schema: Draft, draft: Draft, dropped: Draft): void {
    const { exclusiveMinimum: above, exclusiveMaximum: below, type } = schema;
    const whole = type === 'integer';
    if (typeof above === 'number') {
      draft['minimum'] = Math.max(whole ? Math.floor(above) + 1 : above, draft['minimum'] ?? -Infinity);
      if (!whole) dropped['exclusiveMinimum'] = above;
    }
    if (typeof below === 'number') {
      draft['maximum'] = Math.min(whole ? Math.ceil(below) - 1 : below, draft['maximum'] ?? Infinity);
      if (!whole) dropped['exclusiveMaximum'] = below;
    }
    // What every integer of JSON is: zod prints it, and it only costs tokens.
    if (draft['minimum'] === Number.MIN_SAFE_INTEGER) delete draft['minimum'];
    if (draft['maximum'] === Number.MAX_SAFE_INTEGER) delete draft['maximum'];
  }

  private list({ prefixItems, items, minItems, maxItems }: Draft, draft: Draft): void {
    if (!Array.isArray(prefixItems)) return void (draft['items'] = this.node(items ?? {}));
    const all = items === false ? prefixItems : [...prefixItems, items ?? {}];
    draft['items'] = this.union({}, all);
    if (items === false) draft['maxItems'] = Math.min(maxItems ?? Infinity, prefixItems.length);
    if (minItems !== undefined) draft['minItems'] = minItems;
  }

  private members({ properties, additionalProperties, patternProperties, required }: Draft, draft: Draft): void {
    const entries = Object.entries(isRecord(properties) ? properties : {}).filter(([, one]) => one !== false);
    draft['properties'] = Object.fromEntries(entries.map(([name, one]) => [name, this.node(one)]));
    // A name that is demanded but not described is described as anything.
    for (const name of Array.isArray(required) ? required : []) draft['properties'][name] ??= {};
    if (isRecord(patternProperties) && Object.keys(patternProperties).length > 0) return;
    if (additionalProperties === false) draft['additionalProperties'] = false;
    const more = isRecord(additionalProperties) ? this.node(additionalProperties) : {};
    if (Object.keys(more).length > 0) draft['additionalProperties'] = more;
  }
}

/** By type, what is copied as it is. */
const COPIED: Readonly<Record<string, readonly string[]>> = {
  string: ['enum', 'minLength', 'maxLength'],
  number: ['minimum', 'maximum'],
  integer: ['minimum', 'maximum'],
  array: ['minItems', 'maxItems'],
  object: ['required'],
};

/** Keywords of which a sentence is kept. */
const SAID = [
  'multipleOf',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'contentEncoding',
  'contentMediaType',
  'deprecated',
  'not',
];

const withoutRef = ({ $ref: _ref, ...rest }: Draft): Draft => rest;

const words = (schema: Draft): Draft =>
  Object.fromEntries(WORDS.filter((word) => schema[word] !== undefined).map((word) => [word, schema[word]]));

const isTyped = (keyword: string): boolean => Object.values(BY_TYPE).some((keywords) => keywords.includes(keyword));

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

const isOf = (type: string, value: unknown): boolean =>
  type === 'integer' ? Number.isInteger(value) : kindOf(value) === type;

import type { JsonSchema } from '../schema.js';
import { KEYWORDS, OTHER_STRINGS, type RuleKeywords } from './keywords.js';
import { merge } from './merge.js';
import { MODEL, type DeclaredSchema, type DtoModel, type Nested, type PropertyModel } from './model.js';
import type { Rule } from './rule.js';

type Draft = Record<string, unknown>;

/**
 * Writes a model as JSON Schema. A class that is used once is inlined. One used several times, or recursively, is in
 * `$defs`.
 */
export class SchemaPrinter {
  readonly warnings: string[] = [];
  private readonly uses = new Map<DtoModel, number>();
  private readonly names = new Map<DtoModel, string>();
  private readonly defs: Draft = {};

  constructor(private readonly root: DtoModel) {
    this.count(root);
  }

  print(): JsonSchema {
    const printed = this.object(this.root);
    return Object.keys(this.defs).length > 0 ? { ...printed, $defs: this.defs } : printed;
  }

  private count(model: DtoModel): void {
    const uses = (this.uses.get(model) ?? 0) + 1;
    this.uses.set(model, uses);
    if (uses > 1) return;
    for (const { nested, declared } of model.properties) {
      if (nested) for (const inner of modelsIn(nested)) this.count(inner);
      if (declared) for (const inner of modelsOf(declared)) this.count(inner);
    }
  }

  private reference(model: DtoModel): Draft {
    if (model === this.root) return { $ref: '#' };
    if (this.uses.get(model) === 1) return this.object(model);
    let name = this.names.get(model);
    if (name === undefined) {
      name = this.freeName(model.name);
      this.names.set(model, name);
      this.defs[name] = this.object(model);
    }
    return { $ref: `#/$defs/${name}` };
  }

  /** Two classes may have the same name, but their definitions need unique names. */
  private freeName(wanted: string): string {
    const taken = new Set(this.names.values());
    const base = wanted.replace(/[^\w.-]/g, '') || 'Object';
    let name = base;
    for (let n = 2; taken.has(name); n += 1) name = `${base}${n}`;
    return name;
  }

  private object(model: DtoModel, discriminator?: { property: string; value: string }): Draft {
    const { title, description } = model.documented;
    const properties: Draft = {};
    for (const property of model.properties) properties[property.name] = this.property(model, property);
    const required = model.properties.filter((property) => property.required).map(({ name }) => name);
    if (discriminator !== undefined) {
      const { property, value } = discriminator;
      properties[property] = { ...(properties[property] as Draft), const: value };
      if (!required.includes(property)) required.push(property);
    }
    return {
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      type: 'object',
      properties,
      ...(required.length > 0 && { required }),
      ...(!model.open && { additionalProperties: false }),
    };
  }

  private property(owner: DtoModel, property: PropertyModel): Draft {
    const { documented, shape, nested, enforcedType, convertTo, declared, nullable } = property;
    const value = declared === undefined ? {} : (this.declared(declared) as Draft);
    const item: Draft = shape === 'one' ? value : {};
    if (shape === 'map') value['type'] = 'object';
    else if (shape !== 'one') value['type'] = 'array';
    if (nested) Object.assign(item, this.nested(nested));
    for (const rule of property.rules) {
      const target = rule.each ? item : value;
      const { keywords, partly } = this.keywordsOf(rule, property, target === item);
      merge(target, keywords);
      if (partly)
        this.warn(owner, property, `the rule ${rule.name || 'without a name'} cannot be expressed in JSON Schema`);
    }
    if (convertTo === 'date') merge(item, { type: 'string', format: 'date-time' });
    else if (convertTo !== undefined && item['type'] === undefined && !('enum' in item))
      merge(item, { type: convertTo });
    if (enforcedType !== undefined && enforcedType !== 'date') merge(item, { type: enforcedType });
    if (property.transformed) this.warn(owner, property, 'the schema describes the value after @Transform');
    if (property.conditions.some(({ kind }) => kind === 'other')) {
      this.warn(owner, property, 'its rules depend on a condition that the JSON Schema does not express');
    }
    tidy(item);
    if (shape === 'map' && Object.keys(item).length > 0) value['additionalProperties'] = item;
    else if (shape !== 'one' && shape !== 'map') value['items'] = item;
    // VS Code refuses a list that does not say what it holds, and OpenAI then refuses every tool of the request.
    for (const list of [value, item]) if (list['type'] === 'array') list['items'] ??= {};
    const initial = jsonSafe(property.initial) ? property.initial : undefined;
    const fallback = documented.default ?? (property.required ? undefined : initial);
    return {
      ...(documented.title !== undefined && { title: documented.title }),
      ...(documented.description !== undefined && { description: documented.description }),
      ...(nullable ? { anyOf: [value, { type: 'null' }] } : value),
      ...(fallback !== undefined && fallback !== null && { default: fallback }),
      ...(documented.examples !== undefined && { examples: documented.examples }),
      ...(documented.header !== undefined && { 'x-mcp-header': documented.header }),
      ...documented.schema,
      ...(documented.secret === true && { writeOnly: true }),
    };
  }

  private declared(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((one) => this.declared(one));
    if (typeof schema !== 'object' || schema === null) return schema;
    const inner = Object.fromEntries(Object.entries(schema).map(([key, one]) => [key, this.declared(one)]));
    const model = (schema as DeclaredSchema)[MODEL];
    return model === undefined ? inner : { ...this.reference(model), ...inner };
  }

  private nested({ model, choice }: Nested): Draft {
    if (choice === undefined) return this.reference(model!);
    return {
      oneOf: [...choice.models].map(([value, one]) => this.object(one, { property: choice.property, value })),
    };
  }

  private keywordsOf(rule: Rule, property: PropertyModel, onItem: boolean): RuleKeywords {
    if (OTHER_STRINGS.has(rule.name)) return { keywords: { type: 'string' }, partly: true };
    const convert = KEYWORDS.get(rule.name);
    if (convert === undefined) return { keywords: {}, partly: true };
    const converted = convert(rule.constraints);
    // `@IsObject` or `isInstance` of a nested class or a Map adds nothing to the schema of the class.
    if (onItem && property.nested && converted.keywords['type'] === 'object') return { ...converted, keywords: {} };
    return converted;
  }

  private warn(owner: DtoModel, { key, documented }: PropertyModel, problem: string): void {
    if (documented.acknowledged === true || owner.documented.acknowledged === true) return;
    const warning = `${owner.name}.${key}: ${problem}`;
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }
}

function modelsOf(schema: unknown): DtoModel[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const model = (schema as DeclaredSchema)[MODEL];
  return [...(model ? [model] : []), ...Object.values(schema).flatMap(modelsOf)];
}

const modelsIn = ({ model, choice }: Nested): Iterable<DtoModel> => (choice ? choice.models.values() : [model!]);

/** Simplifies `@IsNotEmpty`: for a string it is a minimum length, for a number or an object it has no effect. */
function tidy(schema: Draft): void {
  if (typeof schema['type'] !== 'string' || JSON.stringify(schema['not']) !== '{"enum":["",null]}') return;
  delete schema['not'];
  if (schema['type'] === 'string') merge(schema, { minLength: 1 });
}

function jsonSafe(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(jsonSafe);
  return (
    typeof value === 'object' &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.values(value!).every(jsonSafe)
  );
}

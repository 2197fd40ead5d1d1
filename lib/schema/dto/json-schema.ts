import type { JsonSchema } from '../schema.js';
import { KEYWORDS, OTHER_STRINGS, type Told } from './keywords.js';
import { merge } from './merge.js';
import type { DtoModel, Nested, PropertyModel } from './model.js';
import type { Rule } from './rule.js';

type Draft = Record<string, unknown>;

/** Prints a model. A class used once stands where it is used; one used more often, or within itself, in `$defs`. */
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
    for (const { nested } of model.properties) {
      if (nested) for (const inner of modelsIn(nested)) this.count(inner);
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

  /** Two classes may share a name; their definitions may not. */
  private freeName(wanted: string): string {
    const taken = new Set(this.names.values());
    const base = wanted.replace(/[^\w.-]/g, '') || 'Object';
    let name = base;
    for (let n = 2; taken.has(name); n += 1) name = `${base}${n}`;
    return name;
  }

  private object(model: DtoModel, tell?: { property: string; value: string }): Draft {
    const { title, description } = model.documented;
    const properties: Draft = {};
    for (const property of model.properties) properties[property.name] = this.property(model, property);
    const required = model.properties.filter((property) => property.required).map(({ name }) => name);
    if (tell !== undefined) {
      properties[tell.property] = { ...(properties[tell.property] as Draft), const: tell.value };
      if (!required.includes(tell.property)) required.push(tell.property);
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
    const { documented, shape, nested, typed, made } = property;
    const value: Draft = {};
    const item: Draft = shape === 'one' ? value : {};
    if (shape === 'map') value['type'] = 'object';
    else if (shape !== 'one') value['type'] = 'array';
    if (nested) Object.assign(item, this.nested(nested));
    for (const rule of property.rules) {
      const target = rule.each ? item : value;
      const { keywords, partly } = this.tell(rule, property, target === item);
      merge(target, keywords);
      if (partly)
        this.warn(owner, property, `the rule ${rule.name || 'without a name'} cannot be written in JSON Schema`);
    }
    if (made === 'date') merge(item, { type: 'string', format: 'date-time' });
    else if (made !== undefined && item['type'] === undefined && !('enum' in item)) merge(item, { type: made });
    if (typed !== undefined) merge(item, { type: typed });
    if (property.transformed) this.warn(owner, property, 'the schema describes it is after @Transform');
    if (property.conditions.length > (property.optional ? 1 : 0)) {
      this.warn(owner, property, 'its rules hold under a condition that JSON Schema does not show');
    }
    tidy(item);
    if (shape !== 'one' && Object.keys(item).length > 0)
      value[shape === 'map' ? 'additionalProperties' : 'items'] = item;
    const initial = jsonSafe(property.initial) ? property.initial : undefined;
    const fallback = documented.default ?? (property.required ? undefined : initial);
    return {
      ...(documented.title !== undefined && { title: documented.title }),
      ...(documented.description !== undefined && { description: documented.description }),
      ...value,
      ...(fallback !== undefined && fallback !== null && { default: fallback }),
      ...(documented.examples !== undefined && { examples: documented.examples }),
      ...(documented.header !== undefined && { 'x-mcp-header': documented.header }),
      ...documented.schema,
    };
  }

  private nested({ model, choice }: Nested): Draft {
    if (choice === undefined) return this.reference(model!);
    return {
      oneOf: [...choice.models].map(([value, one]) => this.object(one, { property: choice.property, value })),
    };
  }

  private tell(rule: Rule, property: PropertyModel, onItem: boolean): Told {
    if (OTHER_STRINGS.has(rule.name)) return { keywords: { type: 'string' }, partly: true };
    const tell = KEYWORDS.get(rule.name);
    if (tell === undefined) return { keywords: {}, partly: true };
    const told = tell(rule.constraints);
    // `@IsObject` beside a class or a Map says nothing new, and `isInstance` of the class neither.
    if (onItem && property.nested && told.keywords['type'] === 'object') return { ...told, keywords: {} };
    return told;
  }

  private warn(owner: DtoModel, { key }: PropertyModel, what: string): void {
    const warning = `${owner.name}.${key}: ${what}`;
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }
}

const modelsIn = ({ model, choice }: Nested): Iterable<DtoModel> => (choice ? choice.models.values() : [model!]);

/** `@IsNotEmpty` on a string is a length, and on a number or an object says nothing. */
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

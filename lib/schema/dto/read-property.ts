import type { McpPropertyOptions } from '../property-options.js';
import { SchemaError, type DtoClass } from '../schema.js';
import type { ClassReader } from './class-reader.js';
import { conditionOf, distinct, type Condition } from './condition.js';
import { KEYWORDS, OTHER_STRINGS } from './keywords.js';
import { declarationOf, swaggerWords } from './declared.js';
import { describesData, type DtoMetadata, TRANSFORMATION, type Validations } from './metadata.js';
import type { Choice, DtoModel, ConversionTarget, Nested, PropertyModel, Scalar, Shape } from './model.js';
import { Rule } from './rule.js';

// The names of `ValidationTypes`, which class-validator does not export from its entry point.
const CONDITION = 'conditionalValidation';
const NESTED = 'nestedValidation';
const SILENT = new Set([CONDITION, NESTED, 'whitelistValidation', 'promiseValidation']);

const SCALARS = new Map<unknown, Scalar>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
]);
const DATES = new Set(['isDate', 'minDate', 'maxDate']);
const LISTS = new Set(['isArray', 'arrayMinSize', 'arrayMaxSize', 'arrayNotEmpty', 'arrayUnique', 'arrayContains']);
/** Built-in rules that accept a missing value. */
const ALLOW_ABSENT = new Set(['isEmpty', 'notEquals', 'isNotIn']);

/** Whether class-validator checks a property, and does not only know of it. */
export const isRuled = (validations: Validations = []): boolean =>
  validations.some(({ type }) => !SILENT.has(type) || type === NESTED);

/** Combines the metadata of class-validator, class-transformer, TypeScript and `@McpProperty` for one property. */
export function readProperty(
  reader: ClassReader,
  owner: DtoModel,
  key: string,
  validations: Validations,
  words: McpPropertyOptions | undefined,
  computed: boolean,
  initial: unknown,
): PropertyModel {
  const { metadata } = reader;
  const prototype = owner.type.prototype as object;
  const documented = { ...swaggerWords(owner.type, key), ...words };
  const rules = validations
    .filter(({ type }) => !SILENT.has(type))
    .flatMap((one) => metadata.validator.getTargetValidatorConstraints(one.constraintCls).map((c) => new Rule(one, c)));
  const conditions = distinct(
    validations
      .filter(({ type }) => type === CONDITION)
      .map(({ constraints, name }) => conditionOf(constraints[0] as Condition['holds'], name)),
  );
  const nestings = validations.filter(({ type }) => type === NESTED);
  const design: unknown = Reflect.getMetadata('design:type', prototype, key);
  const typeMetadata = metadata.transformer.findTypeMetadata(owner.type, key);
  const explicitType = typeMetadata?.typeFunction?.();
  const declaration = rules.length + nestings.length === 0 ? declarationOf(reader, owner, key) : undefined;
  const shape = declaration?.shape ?? shapeOf(design, rules, nestings);
  const type = explicitType ?? (shape === 'one' ? design : undefined);
  const transformation = TRANSFORMATION[reader.direction];
  const nested =
    declaration === undefined
      ? nestedIn(reader, owner, key, type, typeMetadata, nestings.length > 0, rules.length > 0)
      : declaration.nested;
  const isDate = declaration?.isDate ?? (type === Date || rules.some((rule) => DATES.has(rule.name)));
  const property: Omit<PropertyModel, 'required'> = {
    key,
    name: metadata.transformer.findExposeMetadata(owner.type, key)?.options?.name ?? key,
    shape,
    rules,
    conditions,
    optional: conditions.some(({ kind }) => kind === 'absent'),
    nested,
    declared: declaration?.schema,
    nullable: declaration?.nullable ?? false,
    enforcedType:
      nested || rules.some((rule) => (shape === 'one' || rule.each) && impliesType(rule))
        ? undefined
        : isDate
          ? 'date'
          : declaration === undefined
            ? SCALARS.get(type)
            : undefined,
    convertTo: isDate
      ? 'date'
      : ((explicitType === undefined ? undefined : SCALARS.get(explicitType)) as ConversionTarget | undefined),
    transformed: metadata.transformer.findTransformMetadatas(owner.type, key, transformation).length > 0,
    computed,
    initial,
    documented,
  };
  const required =
    declaration === undefined
      ? isRequired(property, nestings.length > 0)
      : declaration.required && conditions.length === 0 && initial === undefined;
  return { ...property, required: documented.required ?? required };
}

function shapeOf(design: unknown, rules: readonly Rule[], nestings: Validations): Shape {
  if (design === Set) return 'set';
  if (design === Map) return 'map';
  const many = design === Array || nestings.some(({ each }) => each) || rules.some((r) => r.each || LISTS.has(r.name));
  return many ? 'list' : 'one';
}

/** Whether a rule by itself rejects values of other JSON types. If not, the TypeScript type must be enforced. */
function impliesType(rule: Rule): boolean {
  const { keywords } = KEYWORDS.get(rule.name)?.(rule.constraints) ?? { keywords: {} };
  return (
    OTHER_STRINGS.has(rule.name) || typeof keywords['type'] === 'string' || 'enum' in keywords || 'const' in keywords
  );
}

/** A property is required unless `@IsOptional`, `@ValidateIf`, a default or the lack of rules allows its absence. */
function isRequired({ conditions, initial, rules }: Omit<PropertyModel, 'required'>, nested: boolean): boolean {
  if (conditions.length > 0) return false;
  const demands = rules.filter((rule) => rule.isBuiltIn && !ALLOW_ABSENT.has(rule.name));
  // A default that breaks its own rules (`name = ''` with `@IsNotEmpty`) is a placeholder, not a default.
  if (initial !== undefined && demands.every((rule) => accepts(rule, initial))) return false;
  return nested || demands.length > 0;
}

const accepts = (rule: Rule, value: unknown): boolean =>
  rule.each && Array.isArray(value) ? value.every((one) => rule.test({}, one) === true) : rule.test({}, value) === true;

function nestedIn(
  reader: ClassReader,
  owner: DtoModel,
  key: string,
  type: unknown,
  typeMetadata: ReturnType<DtoMetadata['transformer']['findTypeMetadata']>,
  wanted: boolean,
  ruled: boolean,
): Nested | undefined {
  const discriminator = typeMetadata?.options?.discriminator;
  const isClass = typeof type === 'function' && !PLAIN.has(type);
  // A property without rules of its own is as strict as the class of its value.
  if (!wanted && (ruled || !isClass || !describesData(reader.metadata, type))) return undefined;
  if (discriminator?.subTypes !== undefined && discriminator.subTypes.length > 0) {
    const models = new Map(discriminator.subTypes.map(({ name, value }) => [name, reader.read(value as DtoClass)]));
    const choice: Choice = {
      property: discriminator.property,
      keep: typeMetadata?.options?.keepDiscriminatorProperty === true,
      models,
      byType: new Map([...models.values()].map((model) => [model.type, model])),
    };
    return { model: undefined, choice };
  }
  if (!isClass) {
    throw new SchemaError(
      `${owner.name}.${key} has @ValidateNested but the class of its value is unknown`,
      `Add @Type(() => TheClass) from class-transformer to ${owner.name}.${key}`,
    );
  }
  return { model: reader.read(type as DtoClass), choice: undefined };
}

const PLAIN = new Set<unknown>([
  Object,
  Array,
  String,
  Number,
  Boolean,
  Date,
  Set,
  Map,
  Promise,
  Symbol,
  BigInt,
  Function,
  Buffer,
]);

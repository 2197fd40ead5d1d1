import type { JsonSchema } from '../schema.js';

/**
 * The JSON Schema keywords for one rule of class-validator. `partly` marks a rule that the keywords do not express
 * fully. It is still enforced, and the property gets a warning.
 */
export interface RuleKeywords {
  readonly keywords: JsonSchema;
  readonly partly?: true;
}

type ToKeywords = (constraints: readonly any[]) => RuleKeywords;

const constant =
  (keywords: JsonSchema): ToKeywords =>
  () => ({ keywords });
const string = (keywords: JsonSchema = {}): ToKeywords => constant({ type: 'string', ...keywords });
const array = (keywords: JsonSchema = {}): RuleKeywords => ({ keywords: { type: 'array', ...keywords } });
const partly = (keywords: JsonSchema): RuleKeywords => ({ keywords, partly: true });
const text = (keywords: JsonSchema): RuleKeywords => ({ keywords: { type: 'string', ...keywords } });
const number = (keywords: JsonSchema): RuleKeywords => ({ keywords: { type: 'number', ...keywords } });

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);

const scalars = (values: unknown, build: (values: readonly unknown[]) => JsonSchema): RuleKeywords =>
  Array.isArray(values) && values.every(isScalar) ? { keywords: build(values) } : partly({});

const scalar = (value: unknown, build: (value: unknown) => JsonSchema): RuleKeywords =>
  isScalar(value) ? { keywords: build(value) } : partly({});

export const escapePattern = (literal: string): string =>
  literal.replace(/[\\^$.*+?()[\]{}|/-]/g, (c) => (c === '-' ? '\\x2d' : `\\${c}`));

/** JSON Schema patterns use only the `u` flag, so other flags and escapes that `u` rejects cannot be expressed. */
function matches([pattern, modifiers]: readonly any[]): RuleKeywords {
  const flags = pattern instanceof RegExp ? pattern.flags : String(modifiers ?? '');
  const source = pattern instanceof RegExp ? pattern.source : String(pattern);
  if (/[imsy]/.test(flags)) return { keywords: { type: 'string' }, partly: true };
  try {
    new RegExp(source, 'u');
  } catch {
    return { keywords: { type: 'string' }, partly: true };
  }
  return text({ pattern: source });
}

const ISO_8601: JsonSchema = { type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }] };

/** The keywords by the registered name of a rule. Rules that are not listed cannot be expressed in JSON Schema. */
export const KEYWORDS: ReadonlyMap<string, ToKeywords> = new Map<string, ToKeywords>([
  ['isDefined', constant({})],
  ['isString', string()],
  ['isBoolean', constant({ type: 'boolean' })],
  ['isInt', constant({ type: 'integer' })],
  ['isNumber', ([o]) => (o?.maxDecimalPlaces === undefined ? number({}) : partly({ type: 'number' }))],
  ['isDate', string({ format: 'date-time' })],
  ['minDate', () => partly({ type: 'string', format: 'date-time' })],
  ['maxDate', () => partly({ type: 'string', format: 'date-time' })],
  ['isObject', constant({ type: 'object' })],
  [
    'isNotEmptyObject',
    ([o]) => ({ keywords: { type: 'object', minProperties: 1 }, ...(o?.nullable === false && { partly: true }) }),
  ],
  ['isArray', () => array()],

  ['isEnum', ([, values]) => scalars(values, (known) => ({ enum: known }))],
  ['isIn', ([values]) => scalars(values, (known) => ({ enum: known }))],
  ['isNotIn', ([values]) => scalars(values, (known) => ({ not: { enum: known } }))],
  ['equals', ([value]) => scalar(value, (known) => ({ const: known }))],
  ['notEquals', ([value]) => scalar(value, (known) => ({ not: { const: known } }))],
  ['isNotEmpty', constant({ not: { enum: ['', null] } })],
  ['isEmpty', constant({ enum: ['', null] })],

  ['min', ([n]) => number({ minimum: n })],
  ['max', ([n]) => number({ maximum: n })],
  ['isPositive', () => number({ exclusiveMinimum: 0 })],
  ['isNegative', () => number({ exclusiveMaximum: 0 })],
  ['isDivisibleBy', ([n]) => (Number.isInteger(n) && n > 0 ? number({ multipleOf: n }) : partly({ type: 'number' }))],
  ['isLatitude', constant({ type: ['number', 'string'], minimum: -90, maximum: 90 })],
  ['isLongitude', constant({ type: ['number', 'string'], minimum: -180, maximum: 180 })],

  ['minLength', ([n]) => text({ minLength: n })],
  ['maxLength', ([n]) => text({ maxLength: n })],
  [
    'isLength',
    ([min, max]) => text({ ...(min > 0 && { minLength: min }), ...(max !== undefined && { maxLength: max }) }),
  ],
  ['matches', matches],
  ['contains', ([seed]) => text({ pattern: escapePattern(String(seed)) })],
  ['notContains', ([seed]) => text({ not: { pattern: escapePattern(String(seed)) } })],

  ['isEmail', string({ format: 'email' })],
  ['isUrl', string({ format: 'uri' })],
  ['isUuid', string({ format: 'uuid' })],
  ['isFqdn', string({ format: 'hostname' })],
  ['isIp', ([v]) => text(v ? { format: `ipv${v}` } : { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] })],
  ['isIso8601', constant(ISO_8601)],
  ['isDateString', constant(ISO_8601)],
  ['isRFC3339', string({ format: 'date-time' })],
  ['isJson', string({ contentMediaType: 'application/json' })],
  ['isBase64', string({ contentEncoding: 'base64' })],
  ['isBooleanString', string({ enum: ['true', 'false', '1', '0'] })],
  ['isNumberString', ([o]) => (o ? partly({ type: 'string' }) : text({ pattern: '^[+-]?([0-9]*[.])?[0-9]+$' }))],
  ['isAlpha', ([l]) => (l && l !== 'en-US' ? partly({ type: 'string' }) : text({ pattern: '^[A-Za-z]+$' }))],
  ['isAlphanumeric', ([l]) => (l && l !== 'en-US' ? partly({ type: 'string' }) : text({ pattern: '^[0-9A-Za-z]+$' }))],
  ['isAscii', string({ pattern: '^[\\x00-\\x7F]+$' })],
  ['isHexadecimal', string({ pattern: '^(0[xXhH])?[0-9A-Fa-f]+$' })],
  ['isHexColor', string({ pattern: '^#?([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$' })],
  ['isMongoId', string({ pattern: '^[0-9A-Fa-f]{24}$' })],
  ['isMilitaryTime', string({ pattern: '^([01]\\d|2[0-3]):?([0-5]\\d)$' })],

  ['arrayMinSize', ([n]) => array({ minItems: n })],
  ['arrayMaxSize', ([n]) => array({ maxItems: n })],
  ['arrayNotEmpty', () => array({ minItems: 1 })],
  ['arrayUnique', ([identifier]) => (identifier ? partly({ type: 'array' }) : array({ uniqueItems: true }))],
  [
    'arrayContains',
    ([values]) =>
      scalars(values, (all) => ({ type: 'array', allOf: all.map((one) => ({ contains: { const: one } })) })),
  ],
  ['arrayNotContains', ([values]) => scalars(values, (none) => ({ type: 'array', not: { contains: { enum: none } } }))],
]);

/** Rules that require a string of a form that JSON Schema cannot express. */
export const OTHER_STRINGS: ReadonlySet<string> = new Set(
  (
    'isLocale isISO31661Alpha2 isISO31661Alpha3 isISO31661Numeric isCreditCard isLowercase isUppercase isCurrency ' +
    'isSurrogatePair isPassportNumber isMacAddress isTimeZone isISRC isEthereumAddress isBIC isBase58 isBase32 isHash isEAN ' +
    'isVariableWidth isOctal isPhoneNumber isMobilePhone isTaxId isByteLength isJwt isPort isMagnetURI isIsin isDataURI ' +
    'isISO4217CurrencyCode isISO6391 isIdentityCard isISSN isFullWidth isHalfWidth isIBAN isStrongPassword isRgbColor ' +
    'isMimeType isSemVer isMultibyte isIsbn isHSL isPostalCode isBtcAddress IsFirebasePushId isDecimal isLatLong'
  ).split(' '),
);

import type { JsonSchema } from '../schema.js';

/**
 * What one rule of class-validator says in JSON Schema. `partly` marks a rule of which something cannot be said: it is
 * still enforced, and the property gets a warning.
 */
export interface Told {
  readonly keywords: JsonSchema;
  readonly partly?: true;
}

type Tell = (constraints: readonly any[]) => Told;

const tells =
  (keywords: JsonSchema): Tell =>
  () => ({ keywords });
const string = (keywords: JsonSchema = {}): Tell => tells({ type: 'string', ...keywords });
const array = (keywords: JsonSchema = {}): Told => ({ keywords: { type: 'array', ...keywords } });
const partly = (keywords: JsonSchema): Told => ({ keywords, partly: true });
const text = (keywords: JsonSchema): Told => ({ keywords: { type: 'string', ...keywords } });
const number = (keywords: JsonSchema): Told => ({ keywords: { type: 'number', ...keywords } });

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);

const scalars = (values: unknown, say: (values: readonly unknown[]) => JsonSchema): Told =>
  Array.isArray(values) && values.every(isScalar) ? { keywords: say(values) } : partly({});

const scalar = (value: unknown, say: (value: unknown) => JsonSchema): Told =>
  isScalar(value) ? { keywords: say(value) } : partly({});

export const escapePattern = (literal: string): string =>
  literal.replace(/[\\^$.*+?()[\]{}|/-]/g, (c) => (c === '-' ? '\\x2d' : `\\${c}`));

/** A pattern is read by ECMA-262 with the `u` flag and without any other, so flags and sloppy escapes cannot be said. */
function matches([pattern, modifiers]: readonly any[]): Told {
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

/** By the name a rule registers itself under. A name that is not here is a rule nobody can put into words. */
export const KEYWORDS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ['isDefined', tells({})],
  ['isString', string()],
  ['isBoolean', tells({ type: 'boolean' })],
  ['isInt', tells({ type: 'integer' })],
  ['isNumber', ([o]) => (o?.maxDecimalPlaces === undefined ? number({}) : partly({ type: 'number' }))],
  ['isDate', string({ format: 'date-time' })],
  ['minDate', () => partly({ type: 'string', format: 'date-time' })],
  ['maxDate', () => partly({ type: 'string', format: 'date-time' })],
  ['isObject', tells({ type: 'object' })],
  [
    'isNotEmptyObject',
    ([o]) => ({ keywords: { type: 'object', minProperties: 1 }, ...(o?.nullable === false && { partly: true }) }),
  ],
  ['isArray', () => array()],

  ['isEnum', ([entity, values]) => scalars(values ?? Object.values(entity ?? {}), (known) => ({ enum: known }))],
  ['isIn', ([values]) => scalars(values, (known) => ({ enum: known }))],
  ['isNotIn', ([values]) => scalars(values, (known) => ({ not: { enum: known } }))],
  ['equals', ([value]) => scalar(value, (known) => ({ const: known }))],
  ['notEquals', ([value]) => scalar(value, (known) => ({ not: { const: known } }))],
  ['isNotEmpty', tells({ not: { enum: ['', null] } })],
  ['isEmpty', tells({ enum: ['', null] })],

  ['min', ([n]) => number({ minimum: n })],
  ['max', ([n]) => number({ maximum: n })],
  ['isPositive', () => number({ exclusiveMinimum: 0 })],
  ['isNegative', () => number({ exclusiveMaximum: 0 })],
  ['isDivisibleBy', ([n]) => (Number.isInteger(n) && n > 0 ? number({ multipleOf: n }) : partly({ type: 'number' }))],
  ['isLatitude', tells({ type: ['number', 'string'], minimum: -90, maximum: 90 })],
  ['isLongitude', tells({ type: ['number', 'string'], minimum: -180, maximum: 180 })],

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
  ['isIso8601', tells(ISO_8601)],
  ['isDateString', tells(ISO_8601)],
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

/** Rules that demand a string whose form JSON Schema has no word for. */
export const OTHER_STRINGS: ReadonlySet<string> = new Set(
  (
    'isLocale isISO31661Alpha2 isISO31661Alpha3 isISO31661Numeric isCreditCard isLowercase isUppercase isCurrency ' +
    'isSurrogatePair isPassportNumber isMacAddress isTimeZone isISRC isEthereumAddress isBIC isBase58 isBase32 isHash isEAN ' +
    'isVariableWidth isOctal isPhoneNumber isMobilePhone isTaxId isByteLength isJwt isPort isMagnetURI isIsin isDataURI ' +
    'isISO4217CurrencyCode isISO6391 isIdentityCard isISSN isFullWidth isHalfWidth isIBAN isStrongPassword isRgbColor ' +
    'isMimeType isSemVer isMultibyte isIsbn isHSL isPostalCode isBtcAddress IsFirebasePushId isDecimal isLatLong'
  ).split(' '),
);

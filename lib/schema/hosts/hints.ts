/** What a host's schema cannot say, as a sentence for the model. Validation stays as strict as the author wrote it. */
type Hint = (value: any) => string | undefined;

const list = (values: readonly unknown[]): string =>
  values
    .slice(0, 30)
    .map((value) => JSON.stringify(value))
    .join(', ');

const FORMATS: Readonly<Record<string, string>> = {
  email: 'An e-mail address.',
  uri: 'A URL.',
  url: 'A URL.',
  uuid: 'A UUID.',
  hostname: 'A host name.',
  ipv4: 'An IPv4 address.',
  ipv6: 'An IPv6 address.',
  date: 'A date, such as 2026-01-31.',
  time: 'A time, such as 12:30:00Z.',
  duration: 'An ISO 8601 duration, such as PT30M.',
};

const HINTS: Readonly<Record<string, Hint>> = {
  enum: (values: readonly unknown[]) => `One of: ${list(values)}.`,
  const: (value) => `Only ${JSON.stringify(value)}.`,
  exclusiveMinimum: (n) => `More than ${n}.`,
  exclusiveMaximum: (n) => `Less than ${n}.`,
  multipleOf: (n) => (n === 1 ? undefined : `A multiple of ${n}.`),
  uniqueItems: (wanted) => (wanted === true ? 'No item twice.' : undefined),
  minProperties: (n) => `At least ${n} properties.`,
  maxProperties: (n) => `At most ${n} properties.`,
  pattern: (source) => `Matches ${source}`,
  format: (name) => FORMATS[name as string] ?? `Format: ${name}.`,
  contentEncoding: (name) => `Encoded as ${name}.`,
  contentMediaType: (name) => `Text of type ${name}.`,
  deprecated: (is) => (is === true ? 'Deprecated.' : undefined),
  not: ({ enum: values, const: value }) =>
    Array.isArray(values) ? `Not: ${list(values)}.` : value === undefined ? undefined : `Not ${JSON.stringify(value)}.`,
};

/** Adds to a description what the dropped keywords said. */
export function described(description: unknown, dropped: Readonly<Record<string, unknown>>): string | undefined {
  const hints = Object.entries(dropped).flatMap(([keyword, value]) => HINTS[keyword]?.(value) ?? []);
  const own = typeof description === 'string' ? description : undefined;
  const missing = hints.filter((hint) => own?.includes(hint) !== true);
  if (missing.length === 0) return own;
  if (own === undefined || own === '') return missing.join(' ');
  return `${own}${/[.!?:]$/.test(own) ? '' : '.'} ${missing.join(' ')}`;
}

/** Longer URIs match nothing. Real resources stay far below this length, and matching this much is still cheap. */
export const MAX_URI_LENGTH = 8192;

/**
 * The part of RFC 6570 (levels 1 to 3) that can be reversed unambiguously: URI in, variables out.
 *
 * | template   | matches                                                                          |
 * |------------|----------------------------------------------------------------------------------|
 * | `{a}`      | one or more characters except `/ ? #`; the values of `{a,b}` are comma-separated  |
 * | `{+a}`     | the rest, slashes included; only literal text, `{?…}` and `{#…}` may follow       |
 * | `{.a,b}`   | `.` before each value; a value contains no dots                                  |
 * | `{/a,b}`   | `/` before each value, otherwise like `{a}`                                      |
 * | `{?a,b}`   | a query at the end: each optional, in any order, no others; `{&a}` continues one  |
 * | `{#a}`     | an optional fragment at the end                                                  |
 *
 * The parser rejects `{a*}` and `{a:3}` (where a value ends is ambiguous), `{;a}`, and adjacent variables without a
 * separator, and reports the position. Matching scans the URI once and builds no RegExp (SEC6, CVE-2026-0621).
 */
export interface UriTemplate {
  readonly text: string;
  /** The variables in template order. */
  readonly variables: readonly string[];
  /** The literal text every matching URI starts with. A longer prefix is more specific. */
  readonly literalPrefix: string;
  /**
   * The decoded values, or `undefined` if the URI does not match. Matching is case-sensitive. Path values that decode
   * to a backslash, a NUL, a `.` or `..` segment or a slash (which only `{+a}` allows) do not match: a handler may join
   * them to a file path (Z-18).
   */
  match(this: void, uri: string): Record<string, string> | undefined;
  /**
   * The URI for these values. `match` returns the same values for it. Only query and fragment variables are optional.
   *
   * @throws Error if `match` could not return the value.
   */
  expand(this: void, values: Readonly<Record<string, string | undefined>>): string;
}

/** One path variable. It ends before the first character it may not contain or, if ambiguous, before `suffix`. */
interface Variable {
  readonly name: string;
  readonly operator: '' | '+' | '.' | '/';
  /** Characters that end the value. */
  stops: string;
  /** Literal text right after the value that could also be part of the value. */
  suffix: string;
  /** Whether the suffix ends the run of allowed characters, so that its last occurrence counts. */
  suffixIsLast: boolean;
}

type Literal = { readonly literal: string };
type Query = { readonly query: readonly string[]; readonly lead: '?' | '&' };
type Fragment = { readonly fragment: string };
type Part = Literal | Variable | Query | Fragment;

/** @throws Error with the position of the mistake. */
export function parseUriTemplate(text: string): UriTemplate {
  const parts = split(text);
  const variables = parts.flatMap((part) =>
    'name' in part ? [part.name] : 'query' in part ? part.query : 'fragment' in part ? [part.fragment] : [],
  );
  const repeated = variables.find((name, index) => variables.indexOf(name) !== index);
  if (repeated !== undefined) throw invalid(text, text.lastIndexOf(repeated), `the variable ${repeated} appears twice`);
  const literalPrefix = parts[0] !== undefined && 'literal' in parts[0] ? parts[0].literal : '';
  if (!SCHEME.test(literalPrefix)) throw invalid(text, 0, 'it must begin with a scheme, such as "files:"');
  delimitVariables(parts, text);
  return {
    text,
    variables,
    literalPrefix,
    match: (uri) => matchParts(parts, uri),
    expand: (values) => expandParts(parts, values),
  };
}

const invalid = (text: string, position: number, problem: string): Error =>
  new Error(`The URI template "${text}" is invalid at position ${position}: ${problem}.`);

const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const CONTROL = /\p{Cc}/u;
const NAME = /^\w+(\.\w+)*$/;

function split(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '{') {
      const end = text.indexOf('}', at);
      if (end < 0) throw invalid(text, at, 'the brace is not closed');
      parts.push(...expression(text, at, end));
      at = end + 1;
    } else {
      const c = text[at]!;
      if (c <= ' ' || '}"<>\\^`|\u007f'.includes(c)) throw invalid(text, at, `${JSON.stringify(c)} is not allowed`);
      parts.push({ literal: c });
      at += 1;
    }
  }
  return joinLiterals(parts);
}

/** `{.a}` and `{a,b}` produce literals of their own, which must be joined with the literals next to them. */
function joinLiterals(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const isMore = last !== undefined && 'literal' in last && 'literal' in part;
    joined.splice(
      isMore ? -1 : joined.length,
      isMore ? 1 : 0,
      isMore ? { literal: last.literal + part.literal } : part,
    );
  }
  return joined;
}

function expression(text: string, start: number, end: number): Part[] {
  const first = text[start + 1]!;
  const operator = ('+./?&#'.includes(first) ? first : '') as Variable['operator'] | '?' | '&' | '#';
  const names = text.slice(start + 1 + operator.length, end).split(',');
  names.reduce((at, name) => requireName(text, name, at), start + 1 + operator.length);
  if (operator === '?' || operator === '&') return [{ query: names, lead: operator }];
  if (names.length > 1 && '+#'.includes(operator) && operator !== '') {
    throw invalid(text, start, `{${operator}…} takes only one variable`);
  }
  if (operator === '#') return [{ fragment: names[0]! }];
  if (operator === '+') return [variable(names[0]!, operator)];
  return names.flatMap((name, index) => {
    const before = operator === '' && index > 0 ? ',' : operator;
    return before === '' ? [variable(name, operator)] : [{ literal: before }, variable(name, operator)];
  });
}

function requireName(text: string, name: string, at: number): number {
  if (NAME.test(name)) return at + name.length + 1;
  const offset = Math.max(0, name.search(/[^\w.]/));
  if (name[offset] === '*')
    throw invalid(text, at + offset, 'the end of a list (*) is ambiguous; use {+name} for the rest of a path');
  if (name[offset] === ':') throw invalid(text, at + offset, 'a prefix (:n) cannot be turned back into its value');
  throw invalid(text, at + offset, 'this is not a valid variable name');
}

const variable = (name: string, operator: Variable['operator']): Variable => ({
  name,
  operator,
  stops: operator === '+' ? '' : operator === '.' ? '/?#.' : '/?#',
  suffix: '',
  suffixIsLast: true,
});

/** Decides what ends each variable, so that matching never has to backtrack. */
function delimitVariables(parts: readonly Part[], text: string): void {
  let inQuery = false;
  parts.forEach((part, index) => {
    const next = parts[index + 1];
    if ('literal' in part) inQuery ||= part.literal.includes('?');
    else if ('name' in part) delimitVariable(part, parts.slice(index + 1), inQuery, text);
    else {
      const follows =
        next === undefined || ('query' in part && ('fragment' in next || ('query' in next && next.lead === '&')));
      if (!follows) throw invalid(text, text.length, 'only {&…} and {#…} may follow a query; a fragment must be last');
      if ('query' in part && part.lead === '&' && !inQuery)
        throw invalid(text, text.indexOf('{&'), 'there is no query that {&…} could continue');
      inQuery = true;
    }
  });
}

function delimitVariable(it: Variable, rest: readonly Part[], inQuery: boolean, text: string): void {
  const [next, after] = rest;
  const error = (problem: string) => invalid(text, text.indexOf(it.name), problem);
  const isBeforeVariable = after !== undefined && 'name' in after;
  if (next !== undefined && 'name' in next) throw error(`{${it.name}} needs a separator before the next variable`);
  if (inQuery) it.stops += '&';
  if (it.operator === '+') {
    if (rest.some((part) => 'name' in part)) throw error(`no path variable may follow {+${it.name}}`);
    for (const part of rest) it.stops += 'query' in part ? `${part.lead}#` : 'fragment' in part ? '#' : '';
  }
  if (next === undefined || !('literal' in next)) return;
  // The comma of a list is never part of its values.
  if (next.literal === ',' && isBeforeVariable) it.stops += ',';
  let shared = 0;
  while (shared < next.literal.length && !it.stops.includes(next.literal[shared]!)) shared += 1;
  it.suffix = next.literal.slice(0, shared);
  it.suffixIsLast = shared < next.literal.length || !isBeforeVariable;
  if (!it.suffixIsLast && /^[%\dA-F]/.test(it.suffix)) {
    throw error(`"${next.literal}" after {${it.name}} could be part of an encoded character`);
  }
}

/** The end of the run of characters that a variable may contain. */
function runEnd(uri: string, from: number, stops: string): number {
  let at = from;
  while (at < uri.length && !stops.includes(uri[at]!)) at += 1;
  return at;
}

function matchParts(parts: readonly Part[], uri: string): Record<string, string> | undefined {
  if (typeof uri !== 'string' || uri.length > MAX_URI_LENGTH || CONTROL.test(uri)) return undefined;
  const values: [string, string][] = [];
  let at = 0;
  for (const part of parts) {
    if ('literal' in part) {
      if (!uri.startsWith(part.literal, at)) return undefined;
      at += part.literal.length;
    } else if ('name' in part) {
      const run = runEnd(uri, at, part.stops);
      const end = endOf(part, uri, at, run);
      const value = end > at ? decode(uri.slice(at, end)) : undefined;
      if (value === undefined || !isSafe(value, part.operator)) return undefined;
      values.push([part.name, value]);
      at = end;
    } else if ('query' in part) {
      if (uri[at] !== part.lead) continue;
      const end = runEnd(uri, at, '#');
      // A later {&…} is part of the same query.
      const names = parts.flatMap((one) => ('query' in one ? one.query : []));
      if (!readPairs(uri.slice(at + 1, end), names, values)) return undefined;
      at = end;
    } else if (uri[at] === '#') {
      const value = decode(uri.slice(at + 1));
      if (value === undefined) return undefined;
      values.push([part.fragment, value]);
      at = uri.length;
    }
  }
  // `fromEntries` defines properties, so a variable named `__proto__` does not touch the prototype.
  return at === uri.length ? Object.fromEntries(values) : undefined;
}

function endOf({ suffix, suffixIsLast }: Variable, uri: string, at: number, run: number): number {
  if (suffix === '') return run;
  const end = suffixIsLast ? run - suffix.length : uri.indexOf(suffix, at + 1);
  return end > at && end <= run && uri.startsWith(suffix, end) ? end : -1;
}

function readPairs(text: string, names: readonly string[], values: [string, string][]): boolean {
  const seen = new Set<string>();
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    if (name === undefined || value === undefined || !names.includes(name) || seen.has(name)) return false;
    seen.add(name);
    values.push([name, value]);
  }
  return true;
}

function decode(text: string): string | undefined {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    return undefined;
  }
}

function isSafe(value: string, operator: Variable['operator']): boolean {
  if (/[\\\0]/.test(value) || (operator !== '+' && value.includes('/'))) return false;
  return !value.split('/').some((segment) => segment === '.' || segment === '..');
}

const RESERVED = ":/?#[]@!$&'()*+,;=";

/** Encodes as RFC 6570 does, except `literal`. `escaped` takes precedence: an encoded `-` still decodes to `-`. */
function encode(value: string, literal: string, escaped = ''): string {
  const keeps = (c: string) => (/[\w.~-]/.test(c) || literal.includes(c)) && !escaped.includes(c);
  const hex = (c: string) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return Array.from(value, (c) => (keeps(c) ? c : c < '\u0080' ? hex(c) : encodeURIComponent(c))).join('');
}

function expandParts(parts: readonly Part[], values: Readonly<Record<string, string | undefined>>): string {
  const valueOf = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);
  let uri = '';
  // `{?a}{&b}` without a value for `a` still begins with a question mark.
  let lead = parts.some((part) => 'query' in part && part.lead === '?') ? '?' : '&';
  for (const part of parts) {
    if ('literal' in part) uri += part.literal;
    else if ('name' in part) uri += expandVariable(part, valueOf(part.name));
    else if ('query' in part) {
      for (const name of part.query) {
        const value = valueOf(name);
        if (value === undefined) continue;
        uri += `${lead}${name}=${encode(value, '')}`;
        lead = '&';
      }
    } else {
      const value = valueOf(part.fragment);
      if (value !== undefined) uri += `#${encode(value, RESERVED)}`;
    }
  }
  if (uri.length > MAX_URI_LENGTH) throw new Error(`The URI is longer than ${MAX_URI_LENGTH} characters.`);
  return uri;
}

function expandVariable({ name, operator, stops, suffix, suffixIsLast }: Variable, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`The URI needs a value for ${name}.`);
  if (!isSafe(value, operator)) throw new Error(`The value of ${name} is not allowed in a URI of this template.`);
  return encode(value, operator === '+' ? RESERVED : '', suffix !== '' && !suffixIsLast ? stops + suffix[0]! : stops);
}

/** URIs longer than this match nothing; far above any real resource, far below what could cost time. */
export const MAX_URI_LENGTH = 8192;

/**
 * The part of RFC 6570 (levels 1 to 3) that can be read backwards without guessing.
 *
 * | written    | matches                                                                          |
 * |------------|----------------------------------------------------------------------------------|
 * | `{a}`      | one or more characters, none of `/ ? #`; `{a,b}` is separated by commas           |
 * | `{+a}`     | the rest, slashes included; only literal text, `{?…}` and `{#…}` may follow       |
 * | `{.a,b}`   | `.` before each value; no dots within                                            |
 * | `{/a,b}`   | `/` before each value; as `{a}`                                                  |
 * | `{?a,b}`   | a query at the end: each optional, in any order, no others; `{&a}` continues one  |
 * | `{#a}`     | an optional fragment at the end                                                  |
 *
 * Refused, with the position: `{a*}` and `{a:3}` (they do not tell where a value ends), `{;a}`, and neighbours with
 * nothing between them. Matching goes through the URI once and builds no RegExp (S6, CVE-2026-0621).
 */
export interface UriTemplate {
  readonly text: string;
  /** In the order in which they stand. */
  readonly variables: readonly string[];
  /** What every matching URI starts with; longer is more specific. */
  readonly literalPrefix: string;
  /**
   * The decoded values, or `undefined` when the URI is not one of these. Case-sensitive. Values in path position that
   * decode to something with a backslash, a NUL, a `.` or `..` segment, or (but for `{+a}`) a slash do not match: a
   * handler may join them to a path (Z-18).
   */
  match(this: void, uri: string): Record<string, string> | undefined;
  /**
   * The URI for these values; `match` answers them again. Only query and fragment variables may be left out.
   *
   * @throws Error for a value that could not be matched again.
   */
  expand(this: void, values: Readonly<Record<string, string | undefined>>): string;
}

/** One path variable. What it may contain ends it; where that is not enough, the text behind it does. */
interface Variable {
  readonly name: string;
  readonly operator: '' | '+' | '.' | '/';
  /** Characters that end the value. */
  stops: string;
  /** Text right behind the value that could also be part of it. */
  tail: string;
  /** Whether the tail is at the end of the run of allowed characters, so that its last occurrence counts. */
  tailIsLast: boolean;
}

type Literal = { readonly literal: string };
type Query = { readonly query: readonly string[]; readonly lead: '?' | '&' };
type Fragment = { readonly fragment: string };
type Part = Literal | Variable | Query | Fragment;

/** @throws Error that names the position of what is wrong. */
export function parseUriTemplate(text: string): UriTemplate {
  const parts = split(text);
  const variables = parts.flatMap((part) =>
    'name' in part ? [part.name] : 'query' in part ? part.query : 'fragment' in part ? [part.fragment] : [],
  );
  const repeated = variables.find((name, index) => variables.indexOf(name) !== index);
  if (repeated !== undefined) throw wrong(text, text.lastIndexOf(repeated), `the variable ${repeated} appears twice`);
  const literalPrefix = parts[0] !== undefined && 'literal' in parts[0] ? parts[0].literal : '';
  if (!SCHEME.test(literalPrefix)) throw wrong(text, 0, 'it must begin with a scheme, such as "files:"');
  bound(parts, text);
  return {
    text,
    variables,
    literalPrefix,
    match: (uri) => matchParts(parts, uri),
    expand: (values) => expandParts(parts, values),
  };
}

const wrong = (text: string, position: number, what: string): Error =>
  new Error(`The URI template "${text}" is wrong at position ${position}: ${what}.`);

const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const CONTROL = /\p{Cc}/u;
const NAME = /^\w+(\.\w+)*$/;

function split(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '{') {
      const end = text.indexOf('}', at);
      if (end < 0) throw wrong(text, at, 'the brace is not closed');
      parts.push(...expression(text, at, end));
      at = end + 1;
    } else {
      const c = text[at]!;
      if (c <= ' ' || '}"<>\\^`|\u007f'.includes(c)) throw wrong(text, at, `${JSON.stringify(c)} may not stand here`);
      parts.push({ literal: c });
      at += 1;
    }
  }
  return joinLiterals(parts);
}

/** `{.a}` and `{a,b}` bring literal text of their own, which has to be one with what surrounds it. */
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
    throw wrong(text, start, `{${operator}…} takes one variable here`);
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
  const odd = Math.max(0, name.search(/[^\w.]/));
  if (name[odd] === '*')
    throw wrong(text, at + odd, 'a list (*) does not tell where it ends; {+name} takes the rest of a path');
  if (name[odd] === ':') throw wrong(text, at + odd, 'a prefix (:n) cannot be turned back into its value');
  throw wrong(text, at + odd, 'this is not the name of a variable');
}

const variable = (name: string, operator: Variable['operator']): Variable => ({
  name,
  operator,
  stops: operator === '+' ? '' : operator === '.' ? '/?#.' : '/?#',
  tail: '',
  tailIsLast: true,
});

/** Decides for each variable what ends it, so that matching never has to try twice. */
function bound(parts: readonly Part[], text: string): void {
  let inQuery = false;
  parts.forEach((part, index) => {
    const next = parts[index + 1];
    if ('literal' in part) inQuery ||= part.literal.includes('?');
    else if ('name' in part) boundVariable(part, parts.slice(index + 1), inQuery, text);
    else {
      const follows =
        next === undefined || ('query' in part && ('fragment' in next || ('query' in next && next.lead === '&')));
      if (!follows) throw wrong(text, text.length, 'only {&…} and {#…} may follow a query, and nothing a fragment');
      if ('query' in part && part.lead === '&' && !inQuery)
        throw wrong(text, text.indexOf('{&'), '{&…} continues no query');
      inQuery = true;
    }
  });
}

function boundVariable(it: Variable, rest: readonly Part[], inQuery: boolean, text: string): void {
  const [next, after] = rest;
  const fail = (what: string) => wrong(text, text.indexOf(it.name), what);
  const isBeforeVariable = after !== undefined && 'name' in after;
  if (next !== undefined && 'name' in next) throw fail(`nothing tells where {${it.name}} ends`);
  if (inQuery) it.stops += '&';
  if (it.operator === '+') {
    if (rest.some((part) => 'name' in part)) throw fail(`no path variable may follow {+${it.name}}`);
    for (const part of rest) it.stops += 'query' in part ? `${part.lead}#` : 'fragment' in part ? '#' : '';
  }
  if (next === undefined || !('literal' in next)) return;
  // The comma of a list is never part of its values.
  if (next.literal === ',' && isBeforeVariable) it.stops += ',';
  let shared = 0;
  while (shared < next.literal.length && !it.stops.includes(next.literal[shared]!)) shared += 1;
  it.tail = next.literal.slice(0, shared);
  it.tailIsLast = shared < next.literal.length || !isBeforeVariable;
  if (!it.tailIsLast && /^[%\dA-F]/.test(it.tail)) {
    throw fail(`"${next.literal}" behind {${it.name}} could be part of an encoded character`);
  }
}

/** Where the run of characters that a variable may contain ends. */
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
      // A later {&…} belongs to the same list of pairs.
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
  // `fromEntries` defines, so a variable named `__proto__` is only a name.
  return at === uri.length ? Object.fromEntries(values) : undefined;
}

function endOf({ tail, tailIsLast }: Variable, uri: string, at: number, run: number): number {
  if (tail === '') return run;
  const end = tailIsLast ? run - tail.length : uri.indexOf(tail, at + 1);
  return end > at && end <= run && uri.startsWith(tail, end) ? end : -1;
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

/** As RFC 6570 encodes, leaving `plain` alone; `never` wins over all, since an encoded `-` is a `-` to whoever decodes. */
function encode(value: string, plain: string, never = ''): string {
  const keeps = (c: string) => (/[\w.~-]/.test(c) || plain.includes(c)) && !never.includes(c);
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

function expandVariable({ name, operator, stops, tail, tailIsLast }: Variable, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`The URI needs a value for ${name}.`);
  if (!isSafe(value, operator)) throw new Error(`The value of ${name} cannot stand in a URI of this template.`);
  return encode(value, operator === '+' ? RESERVED : '', tail !== '' && !tailIsLast ? stops + tail[0]! : stops);
}

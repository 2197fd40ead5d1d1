import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_URI_LENGTH, parseUriTemplate } from '../../../lib/protocol/uri-template.js';

describe('UriTemplate.match()', () => {
  it.each([
    ['x://static', 'x://static', {}],
    ['x://static', 'x://static/', undefined],
    ['x://static', 'X://static', undefined],
    ['weather://{city}/now', 'weather://Oslo/now', { city: 'Oslo' }],
    ['weather://{city}/now', 'weather://S%C3%A3o%20Paulo/now', { city: 'São Paulo' }],
    ['weather://{city}/now', 'weather://São Paulo/now', { city: 'São Paulo' }],
    ['weather://{city}/now', 'weather:///now', undefined],
    ['weather://{city}/now', 'weather://a/b/now', undefined],
    ['weather://{city}/now', 'weather://Oslo/Now', undefined],
    ['weather://{city}/now', 'weather://Oslo/now/', undefined],
    ['test://template/{id}/data', 'test://template/7/data', { id: '7' }],
    ['x://{a,b}', 'x://1,2', { a: '1', b: '2' }],
    ['x://{a,b}', 'x://1', undefined],
    ['x://{a,b}', 'x://1,2,3', { a: '1', b: '2,3' }],
    ['x://{name}.json', 'x://a.b.json', { name: 'a.b' }],
    ['x://{name}.json', 'x://.json', undefined],
    ['x://{name}.json/z', 'x://a.json.json/z', { name: 'a.json' }],
    ['x://{name}.json{?v}', 'x://a.json?v=1', { name: 'a', v: '1' }],
    ['x://{a}-{b}', 'x://1-2-3', { a: '1', b: '2-3' }],
    ['x://{a}-{b}', 'x://1?x-2', undefined],
    ['x://{a}{.ext}', 'x://file.txt', { a: 'file', ext: 'txt' }],
    ['x://a{/b,c}', 'x://a/1/2', { b: '1', c: '2' }],
    ['x://a{/b,c}', 'x://a/1', undefined],
    ['file:///{+path}', 'file:///a/b/c.txt', { path: 'a/b/c.txt' }],
    ['file:///{+path}', 'file:///a?b#c', { path: 'a?b#c' }],
    ['file:///{+path}/raw', 'file:///a/raw/raw', { path: 'a/raw' }],
    ['file:///{+path}{?v}', 'file:///a/b?v=2', { path: 'a/b', v: '2' }],
    ['x://s{?q,n}', 'x://s', {}],
    ['x://s{?q,n}', 'x://s?n=1&q=a%26b', { n: '1', q: 'a&b' }],
    ['x://s{?q,n}', 'x://s?q=', { q: '' }],
    ['x://s{?q,n}', 'x://s?q=1+1', { q: '1+1' }],
    ['x://s{?q,n}', 'x://s?q=1&q=2', undefined],
    ['x://s{?q,n}', 'x://s?other=1', undefined],
    ['x://s{?q,n}', 'x://s?', undefined],
    ['x://s?fixed=1{&q}', 'x://s?fixed=1&q=2', { q: '2' }],
    ['x://s?fixed={a}{&q}', 'x://s?fixed=1&q=2', { a: '1', q: '2' }],
    ['x://s{?a}{&b}', 'x://s?b=1', { b: '1' }],
    ['x://s{#f}', 'x://s#top/1', { f: 'top/1' }],
    ['x://s{#f}', 'x://s', {}],
  ])('matching the URI template %s against %s returns %j', (template, uri, expected) => {
    expect(parseUriTemplate(template).match(uri)).toEqual(expected);
  });

  it.each([
    'x://..',
    'x://.',
    'x://%2e%2E',
    'x://a%2Fb',
    'x://a%5Cb',
    'x://a\\b',
    'x://a%00b',
    'x://a\u0000b',
    'x://a\nb',
    'x://%',
    'x://%zz',
    'x://%C3',
    'x://%E0%80%80',
  ])('a path variable does not match the URI %j (Z-18)', (uri) => {
    expect(parseUriTemplate('x://{a}').match(uri)).toBeUndefined();
  });

  it.each(['../x', 'a/../b', 'a/..', '%2e%2e/x', 'a%2F..%2Fb', '..%5Cx', 'a/./b'])(
    '{+path} does not match the path %s',
    (path) => {
      expect(parseUriTemplate('file:///{+path}').match(`file:///${path}`)).toBeUndefined();
    },
  );

  it('match() returns __proto__ as an own property', () => {
    const values = parseUriTemplate('x://{__proto__}').match('x://polluted')!;
    expect(Object.keys(values)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
  });

  it('match() refuses a URI that is longer than MAX_URI_LENGTH', () => {
    const { match } = parseUriTemplate('x://{a}');
    expect(match(`x://${'a'.repeat(MAX_URI_LENGTH - 4)}`)).toBeDefined();
    expect(match(`x://${'a'.repeat(MAX_URI_LENGTH - 3)}`)).toBeUndefined();
  });
});

describe('invalid URI templates', () => {
  it.each([
    ['{a}', 0, 'scheme'],
    ['/a/{b}', 0, 'scheme'],
    ['x://{a', 4, 'not closed'],
    ['x://a}', 5, 'is not allowed'],
    ['x://{}', 5, 'not a valid variable name'],
    ['x://{a,}', 7, 'not a valid variable name'],
    ['x://{a b}', 6, 'not a valid variable name'],
    ['x://{a*}', 6, 'is ambiguous; use {+name}'],
    ['x://{/a*}', 7, 'is ambiguous; use {+name}'],
    ['x://{a:3}', 6, 'prefix'],
    ['x://{;a}', 5, 'not a valid variable name'],
    ['x://{a}{b}', 5, '{a} needs a separator'],
    ['x://{a}/{a}', 9, 'appears twice'],
    ['x://{+a}/{b}', 6, 'no path variable may follow'],
    ['x://{+a,b}', 4, 'one variable'],
    ['x://{?a}/b', 10, 'may follow a query'],
    ['x://{#a}{?b}', 12, 'may follow a query'],
    ['x://a{&b}', 5, 'there is no query that {&…} could continue'],
    ['x://a b', 5, 'is not allowed'],
    ['x://{a}%20{b}', 5, 'part of an encoded character'],
    ['x://{a}2{b}', 5, 'part of an encoded character'],
  ])('parseUriTemplate() refuses %s at position %i: %s', (template, position, reason) => {
    expect(() => parseUriTemplate(template)).toThrow(
      new RegExp(`position ${position}: .*${reason.replace(/[{}]/g, '.')}`),
    );
  });

  it('expand() throws for values that match() could not return', () => {
    const { expand } = parseUriTemplate('x://{a}{?b}');
    expect(expand({ a: 'é b', b: '1&2' })).toBe('x://%C3%A9%20b?b=1%262');
    for (const a of [undefined, '', '..', 'a/b', 'a\\b']) expect(() => expand({ a })).toThrow();
  });
});

const TEMPLATES = [
  'x://{a}',
  'x://{a}/{b}',
  'x://{a,b}',
  'x://{a}-{b}-{c}',
  'x://{a}--{b}',
  'x://{a}.json',
  'x://{a}{.b,c}',
  'x://r{/a,b}{?c}',
  'x://{+a}',
  'x://{+a}/raw{?b}{#c}',
  'x://{+a}{?b}{&c}',
  'x://{+a}?v=1{&b}',
  'x://s?v={a}{&b}{#c}',
  'x://{a}to{b}',
];

describe('URI template properties', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('-', '.', '%', '2', ',', '/', '?', '#', '&', '=', 'a', ' ', '+'),
      minLength: 1,
      maxLength: 8,
    }),
  );

  it('match() returns the values that expand() was given', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEMPLATES), text, text, text, (source, a, b, c) => {
        const template = parseUriTemplate(source);
        const values = Object.fromEntries(
          Object.entries({ a, b, c }).filter(([name]) => template.variables.includes(name)),
        );
        let uri: string;
        try {
          uri = template.expand(values);
        } catch {
          return;
        }
        expect(template.match(uri)).toEqual(values);
      }),
      { numRuns: 5000 },
    );
  });

  it('match() never throws and never returns a path separator in a path variable', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEMPLATES), fc.string({ unit: 'binary', maxLength: 40 }), (source, rest) => {
        const values = parseUriTemplate(source).match(`x://${rest}`);
        if (values?.['a'] === undefined || source.includes('+')) return;
        expect(values['a']).not.toMatch(/[/\\\0]|^\.\.?$/);
      }),
      { numRuns: 3000 },
    );
  });

  it('match() takes less than 5 ms for the worst URIs of maximal length', () => {
    const worst = ['-', 'a-', '--a', 'a', '%', '/', '.', '.json', '&', '=', 'a=b&'];
    for (const source of TEMPLATES) {
      const { match } = parseUriTemplate(source);
      for (const unit of worst) {
        const time = (length: number): number => {
          const uri = `x://${unit.repeat(length).slice(0, length)}`;
          const from = process.hrtime.bigint();
          for (let i = 0; i < 20; i += 1) match(uri);
          return Number(process.hrtime.bigint() - from) / 20;
        };
        time(4000);
        // Linear matching stays far below; a quadratic step over 8 KiB would take tens of milliseconds.
        expect(Math.min(time(8000), time(8000), time(8000))).toBeLessThan(5_000_000);
      }
    }
  });

  it('parseUriTemplate() parses any template or refuses it with its position', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('{', '}', 'a', 'b', '/', '?', '+', ',', '.', '#', '&', '*', ':'),
          maxLength: 20,
        }),
        (rest) => {
          try {
            parseUriTemplate(`x:${rest}`).match(`x:${rest}`);
          } catch (error) {
            expect((error as Error).message).toMatch(/^The URI template ".*" is invalid at position \d+: /);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

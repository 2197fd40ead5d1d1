import { describe, expect, it } from 'vitest';
import { redacted } from '../../../lib/observe/redacted.js';

const text = { type: 'string' };
const secret = { type: 'string', writeOnly: true };
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

describe('arguments for the audit', () => {
  it('a reference is followed, also a recursive one', () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: { node: object({ id: text, key: secret, next: { $ref: '#/$defs/node' } }) },
    };
    const args = { id: '1', key: 'x', next: { id: '2', key: 'x', next: { id: '3', key: 'x' } } };
    const shown = { id: '1', key: '[secret]', next: { id: '2', key: '[secret]', next: { id: '3', key: '[secret]' } } };
    expect(redacted(args, schema)).toEqual(shown);
  });

  it.each(['anyOf', 'oneOf', 'allOf'])('what one part of %s marks is secret, whichever part applies', (keyword) => {
    const schema = { type: 'object', [keyword]: [object({ a: text, b: text }), object({ b: secret })] };
    expect(redacted({ a: '1', b: '2' }, schema)).toEqual({ a: '1', b: '[secret]' });
  });

  it('a secret object, list or value of a map is not shown at all', () => {
    const schema = object({
      o: { ...object({ a: text }), writeOnly: true },
      l: { type: 'array', items: secret },
      m: { type: 'object', additionalProperties: secret },
      t: { type: 'array', prefixItems: [text, secret] },
    });
    const args = { o: { a: '1' }, l: ['1', '2'], m: { k: '1' }, t: ['1', '2', '3'] };
    expect(redacted(args, schema)).toEqual({
      ...{ o: '[secret]', l: ['[secret]', '[secret]'], m: { k: '[secret]' }, t: ['1', '[secret]', '[undeclared]'] },
    });
  });

  it.each([
    ['a schema that allows everything', object({ a: {} })],
    ['a schema without properties', { type: 'object' }],
    ['no schema', undefined],
    ['a reference to nowhere', object({ a: { $ref: '#/$defs/none' } })],
    ['a reference to elsewhere', object({ a: { $ref: 'https://example.com/schema' } })],
  ])('nothing is shown of a value with %s', (_what, schema) => {
    expect(JSON.stringify(redacted({ a: 'canary', b: { c: 'canary' } }, schema))).not.toContain('canary');
  });

  it('names of the prototype are ordinary names', () => {
    const schema = object(
      JSON.parse('{"__proto__": {"type":"string","writeOnly":true}, "constructor": {"type":"string"}}'),
    );
    const args = JSON.parse('{"__proto__": "x", "constructor": "y", "toString": "z"}');
    expect(JSON.stringify(redacted(args, schema))).toBe(
      '{"__proto__":"[secret]","constructor":"y","[undeclared]":"[omitted]"}',
    );
  });

  it('large arguments are cut, in values and in characters', () => {
    const schema = object({ l: { type: 'array', items: { type: 'integer' } }, t: text });
    const shown = redacted({ t: 'x'.repeat(5000), l: Array.from({ length: 5000 }, (_, i) => i) }, schema) as any;
    expect(shown.t).toHaveLength(1001);
    expect(shown.l.length).toBeLessThanOrEqual(1001);
    expect(shown.l.at(-1)).toBe('[omitted]');
  });
});

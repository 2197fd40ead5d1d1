import { expect, it } from 'vitest';
import { dereferenced } from '../../../lib/schema/dereferenced.js';

it('what a schema refers to stands in place of the reference', () => {
  const schema = { properties: { a: { $ref: '#/$defs/a', title: 'A' } }, $defs: { a: { type: 'string' } } };
  expect(dereferenced(schema)).toMatchObject({ properties: { a: { title: 'A', allOf: [{ type: 'string' }] } } });
});

it('a recursive schema refers to itself', () => {
  const copy = dereferenced({ type: 'object', properties: { next: { $ref: '#' } } }) as any;
  expect(copy.properties.next.allOf[0]).toBe(copy);
});

it('a reference to nowhere or elsewhere says nothing', () => {
  const schema = { properties: { a: { $ref: '#/$defs/none' }, b: { $ref: 'https://example.com' } } };
  expect(dereferenced(schema)).toEqual({ properties: { a: {}, b: {} } });
});

it('names of the prototype are ordinary names', () => {
  const schema = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}');
  expect(JSON.stringify(dereferenced(schema))).toBe('{"properties":{"__proto__":{"type":"string"}}}');
});

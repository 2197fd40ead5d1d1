import { describe, expect, it } from 'vitest';
import { PageCache } from '../../../lib/catalog/page-cache.js';

describe('PageCache', () => {
  it('drops the least recently used pages beyond its number', () => {
    const cache = new PageCache(2, 1000);
    cache.set('a', 'A');
    cache.set('b', 'B');
    expect(cache.get('a')).toBe('A');
    cache.set('c', 'C');
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  });

  it('drops pages beyond its characters, counts replaced ones once, and keeps none that is larger than all', () => {
    const cache = new PageCache(100, 20);
    for (let i = 0; i < 5; i++) cache.set('a', 'x'.repeat(9));
    cache.set('b', 'y'.repeat(9));
    expect([cache.get('a'), cache.get('b')]).toEqual(['x'.repeat(9), 'y'.repeat(9)]);
    cache.set('c', 'z');
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 'y'.repeat(9), 'z']);
    cache.set('d', 'w'.repeat(20));
    expect([cache.get('d'), cache.get('c')]).toEqual([undefined, 'z']);
    cache.clear();
    expect(cache.get('c')).toBeUndefined();
  });
});

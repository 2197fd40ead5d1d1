import { describe, expect, it } from 'vitest';
import { PageCache } from '../../../lib/catalog/page-cache.js';
import { PreparedJson } from '../../../lib/protocol/prepared-json.js';

const kept = (cache: PageCache, ...keys: string[]) => keys.map((key) => cache.get(key)?.text);

describe('PageCache', () => {
  it('drops the least recently used pages beyond its number', () => {
    const cache = new PageCache(2, 1000);
    cache.set('a', new PreparedJson('A'));
    cache.set('b', new PreparedJson('B'));
    expect(kept(cache, 'a')).toEqual(['A']);
    cache.set('c', new PreparedJson('C'));
    expect(kept(cache, 'a', 'b', 'c')).toEqual(['A', undefined, 'C']);
  });

  it('drops pages beyond its bytes, counts replaced ones once, and keeps none that is larger than all', () => {
    const cache = new PageCache(100, 20);
    for (let i = 0; i < 5; i++) cache.set('a', new PreparedJson('x'.repeat(9)));
    cache.set('b', new PreparedJson('y'.repeat(9)));
    expect(kept(cache, 'a', 'b')).toEqual(['x'.repeat(9), 'y'.repeat(9)]);
    cache.set('c', new PreparedJson('z'));
    expect(kept(cache, 'a', 'b', 'c')).toEqual([undefined, 'y'.repeat(9), 'z']);
    cache.set('d', new PreparedJson('w'.repeat(20)));
    expect(kept(cache, 'd', 'c')).toEqual([undefined, 'z']);
    cache.clear();
    expect(cache.get('c')).toBeUndefined();
  });
});

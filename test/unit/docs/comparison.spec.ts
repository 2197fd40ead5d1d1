import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { read, ROOT, rowsOf } from './documents.js';

const document = read('docs/comparison.md');
const rows = rowsOf(document).filter(([number]) => /^\d+$/.test(number ?? ''));
const contracts = readdirSync(join(ROOT, 'lib/testing/contracts')).map((name) => `lib/testing/contracts/${name}`);

describe('docs/comparison.md', () => {
  it('docs/comparison.md numbers the failures of each package from 1 without a gap', () => {
    const numbers = rows.map(([number]) => Number(number));
    const second = numbers.lastIndexOf(1);
    expect(numbers.slice(0, second)).toEqual(Array.from({ length: 38 }, (_, n) => n + 1));
    expect(numbers.slice(second)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  it.each(rows)('line %s, "%s", names tests that exist', (_number, _there, _here, shown) => {
    const links = [...shown!.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[^)]+\.ts)\)/g)];
    expect(links.length).toBeGreaterThan(0);
    for (const [, title, file] of links) {
      // The tests of the contracts are written in the library, and run here with each backend.
      const files = [file!, ...(file!.startsWith('test/contract/') ? contracts : [])];
      expect(files.map(read).join('\n'), `${file} has no test of this name`).toContain(title!.replaceAll('\\', ''));
    }
  });
});

import { describe, expect, it } from 'vitest';
import { format } from 'prettier';
import { read } from './documents.js';

interface Item {
  readonly figures: readonly { readonly name: string; readonly value: number }[];
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

const { page } = (await import('../../../scripts/promises/page.mjs' as string)) as {
  page: (results: object, storms: readonly object[], attack: object | undefined) => string;
};
const { readStorms } = (await import('../../../scripts/promises/storms.mjs' as string)) as {
  readStorms: () => { acked: number; lost: number; duplicated: number; reordered: number; control: number }[];
};
const { readAttack } = (await import('../../../scripts/promises/attack.mjs' as string)) as {
  readAttack: () => object | undefined;
};
const { PROMISES, FAILURES } = (await import('../../../scripts/promises/texts.mjs' as string)) as {
  PROMISES: Record<string, string>;
  FAILURES: Record<string, string>;
};
const results = JSON.parse(read('bench/results/promises.json')) as { items: Record<string, Item> };
const ids = [...Object.keys(PROMISES), ...Object.keys(FAILURES)];

describe('docs/promises.md', () => {
  it('docs/promises.md is what the recorded results generate', async () => {
    const options = JSON.parse(read('.prettierrc')) as object;
    expect(read('docs/promises.md')).toBe(
      await format(page(results, readStorms(), readAttack()), { ...options, parser: 'markdown' }),
    );
  });

  it.each(ids)('the promise %s has tests that exist, and a figure', (id) => {
    const { tests, figures } = results.items[id]!;
    expect(tests.length).toBeGreaterThan(0);
    expect(figures.length).toBeGreaterThan(0);
    for (const { file } of tests) expect(read(file).length).toBeGreaterThan(0);
  });

  it('the recorded storms lost nothing, and their controls lost something', () => {
    const storms = readStorms();
    expect(storms.reduce((sum, { acked }) => sum + acked, 0)).toBeGreaterThanOrEqual(1_000_000);
    for (const { lost, duplicated, reordered, control } of storms) {
      expect([lost, duplicated, reordered]).toEqual([0, 0, 0]);
      expect(control).toBeGreaterThan(0);
    }
  });
});

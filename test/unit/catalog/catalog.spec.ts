import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Catalog } from '../../../lib/catalog/catalog.js';
import { decodeCursor, encodeCursor } from '../../../lib/catalog/cursor.js';
import type { PromptEntry, ToolEntry } from '../../../lib/catalog/entries.js';
import { MODERN_REVISION } from '../../../lib/protocol/revisions.js';

const tool = (name: string, declaredBy = name) =>
  ({
    kind: 'tool',
    key: name,
    declaredBy,
    definition: { name, title: name.toUpperCase(), inputSchema: { type: 'object' } },
    invoke: async () => undefined,
    output: undefined,
    paramHeaders: [],
  }) as Partial<ToolEntry> as ToolEntry;
const prompt = (name: string): PromptEntry => ({
  kind: 'prompt',
  key: name,
  declaredBy: name,
  definition: { name },
  invoke: async () => undefined,
});

type Page = { tools: { name: string }[]; nextCursor?: string };
const page = (catalog: Catalog, cursor?: string) =>
  JSON.parse(`{${catalog.toolList.page(MODERN_REVISION, cursor).text}}`) as Page;

function walk(catalog: Catalog): string[] {
  const names: string[] = [];
  for (let cursor: string | undefined; ;) {
    const { tools, nextCursor } = page(catalog, cursor);
    names.push(...tools.map(({ name }) => name));
    if (nextCursor === undefined) return names;
    cursor = nextCursor;
  }
}

describe('list cursors', () => {
  it('a cursor decodes to its key for its own list and is invalid for another list', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const cursor = encodeCursor('tool', key);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(decodeCursor('tool', cursor)).toBe(key);
        expect(() => decodeCursor('prompt', cursor)).toThrow('Invalid cursor');
      }),
    );
  });

  it('a cursor in any other spelling is refused as invalid', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.jsonValue(), fc.base64String()), (made) => {
        expect(() => decodeCursor('tool', made)).toThrow('Invalid cursor');
      }),
    );
    expect(() => decodeCursor('tool', `${encodeCursor('tool', 'a')}=`)).toThrow('Invalid cursor');
    const spaced = Buffer.from('["v1", "tool", "a"]').toString('base64url');
    expect(() => decodeCursor('tool', spaced)).toThrow('Invalid cursor');
  });
});

describe('Catalog lists', () => {
  it('Catalog lists every entry once and in code unit order for any insertion order and page size', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 30 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 8 }), (added, pageSize) => {
        const catalog = new Catalog(pageSize);
        for (const name of added) catalog.add(tool(name));
        const byCodeUnit = added.slice().sort((a, b) => (a < b ? -1 : 1));
        expect(walk(catalog)).toEqual(byCodeUnit);
      }),
    );
  });

  it('Catalog continues a list after the entry of a cursor although that entry was removed', () => {
    const catalog = new Catalog(1);
    for (const name of ['a', 'b', 'c']) catalog.add(tool(name));
    const { nextCursor } = page(catalog);
    catalog.remove('tool', 'a');
    expect(page(catalog, nextCursor).tools).toMatchObject([{ name: 'b' }]);
    catalog.remove('tool', 'b');
    expect(page(catalog, nextCursor).tools).toMatchObject([{ name: 'c' }]);
    catalog.remove('tool', 'c');
    expect(page(catalog, nextCursor)).toEqual({ tools: [] });
  });

  it('Catalog serialises a list once per revision and again after a change', () => {
    const catalog = new Catalog(10);
    let read = 0;
    const counting = tool('a');
    Object.defineProperty(counting, 'definition', {
      get: () => {
        read++;
        return { name: 'a', title: 'A', inputSchema: { type: 'object' } };
      },
    });
    catalog.add(counting);
    const first = catalog.toolList.page(MODERN_REVISION, undefined);
    expect(catalog.toolList.page(MODERN_REVISION, undefined)).toBe(first);
    expect(read).toBe(1);
    expect(catalog.toolList.page('2024-11-05', undefined).text).not.toContain('title');
    expect(first.text).toContain('title');
    catalog.add(tool('b'));
    expect(page(catalog).tools).toHaveLength(2);
  });
});

describe('Catalog', () => {
  it('Catalog emits the name of the list that changed', () => {
    const catalog = new Catalog(10);
    const changes: string[] = [];
    catalog.changes$.subscribe((list) => changes.push(list));
    catalog.add(tool('a'));
    catalog.add(prompt('a'));
    catalog.remove('tool', 'a');
    expect(catalog.remove('tool', 'a')).toBe(false);
    expect(changes).toEqual(['tools', 'prompts', 'tools']);
  });

  it('Catalog refuses a second entry of the same name, naming both declarations, and keeps the first', () => {
    const catalog = new Catalog(10);
    const first = tool('a', 'One.a');
    catalog.add(first);
    catalog.add(prompt('a'));
    expect(() => catalog.add(tool('a', 'Two.b'))).toThrow(
      'The tool "a" is declared twice, by One.a and by Two.b. Rename one of them.',
    );
    expect(catalog.tools.get('a')).toBe(first);
  });
});

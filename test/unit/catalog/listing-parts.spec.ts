import { describe, expect, it } from 'vitest';
import { AccessControl } from '../../../lib/access/access-control.js';
import type { EntryAccess } from '../../../lib/access/entry-access.js';
import type { Outcome } from '../../../lib/access/outcome.js';
import { Catalog } from '../../../lib/catalog/catalog.js';
import type { ListingPage } from '../../../lib/catalog/listing.js';
import type { ToolEntry } from '../../../lib/catalog/entries.js';
import { Exchange, NO_OUTLET } from '../../../lib/exchange/exchange.js';
import { modernPeer } from '../../../lib/exchange/peer.js';
import { MODERN_REVISION } from '../../../lib/protocol/revisions.js';

const scoped = (scope: string): EntryAccess => ({
  ...{ key: scope, isPublic: false, scopes: [scope], roles: [], policies: [], isTemplate: false },
});

const tool = (name: string, access?: EntryAccess, onRead = () => {}): ToolEntry => ({
  kind: 'tool',
  key: name,
  declaredBy: name,
  invoke: async () => 'x',
  output: undefined,
  paramHeaders: [],
  task: { support: 'forbidden', detaches: false, idempotent: false },
  access,
  get definition() {
    onRead();
    return { name, inputSchema: { type: 'object' } };
  },
});

const control = new AccessControl({}, (error) => {
  throw error;
});
const caller = (...scopes: string[]) =>
  new Exchange(
    modernPeer({ clientCapabilities: {} } as never, { principal: { issuer: 'i', subject: 's', scopes } }),
    { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    NO_OUTLET,
  );

const page = (catalog: Catalog, exchange: Exchange, cursor?: string) => {
  const list = catalog.toolList;
  const part = control.outcome(list.rules(), exchange) as Outcome | undefined;
  return list.page(MODERN_REVISION, cursor, part);
};

const names = ({ text }: ListingPage): string[] => {
  const { tools } = JSON.parse(`{${text}}`) as { tools: { name: string }[] };
  return tools.map(({ name }) => name);
};
const cursorOf = ({ text }: ListingPage) => (JSON.parse(`{${text}}`) as { nextCursor?: string }).nextCursor;

describe('parts of a list', () => {
  it('callers with the same outcome share a page, and those who see everything that of the whole list', () => {
    const catalog = new Catalog(10);
    for (const scope of ['a', 'b']) catalog.add(tool(scope, scoped(scope)));
    catalog.add(tool('c'));
    expect(page(catalog, caller('a', 'x'))).toBe(page(catalog, caller('y', 'a')));
    expect(names(page(catalog, caller('a')))).toEqual(['a', 'c']);
    expect(page(catalog, caller('a', 'b'))).toBe(catalog.toolList.page(MODERN_REVISION, undefined));
  });

  it('a definition is serialized once for all parts, and again after a change of the list', () => {
    const catalog = new Catalog(10);
    let reads = 0;
    catalog.add(tool('counted', undefined, () => reads++));
    for (const scope of ['a', 'b', 'd']) catalog.add(tool(scope, scoped(scope)));
    for (const scopes of [[], ['a'], ['b'], ['a', 'b']])
      expect(names(page(catalog, caller(...scopes)))).toContain('counted');
    expect(reads).toBe(1);
    catalog.remove('tool', 'd');
    expect(names(page(catalog, caller('a')))).toEqual(['a', 'counted']);
  });

  it('a cursor continues for a caller who no longer sees the entry that it names', () => {
    const catalog = new Catalog(1);
    catalog.add(tool('a'));
    catalog.add(tool('b', scoped('b')));
    catalog.add(tool('c'));
    const second = page(catalog, caller('b'), cursorOf(page(catalog, caller('b'))));
    expect(names(second)).toEqual(['b']);
    expect(names(page(catalog, caller(), cursorOf(second)))).toEqual(['c']);
  });

  it('a decision about a list that has changed meanwhile is not kept for others', () => {
    const catalog = new Catalog(10);
    for (const scope of ['a', 'x']) catalog.add(tool(scope, scoped(scope)));
    const late = control.outcome(catalog.toolList.rules(), caller('a')) as Outcome;
    for (const scope of ['a', 'x']) catalog.remove('tool', scope);
    for (const scope of ['b', 'c']) catalog.add(tool(scope, scoped(scope)));
    const now = control.outcome(catalog.toolList.rules(), caller('b')) as Outcome;
    expect(late.key).toBe(now.key);
    expect(names(catalog.toolList.page(MODERN_REVISION, undefined, late))).toEqual([]);
    expect(names(page(catalog, caller('b')))).toEqual(['b']);
    expect(names(catalog.toolList.page(MODERN_REVISION, undefined, late))).toEqual([]);
  });
});

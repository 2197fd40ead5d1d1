import { UNDECLARED, type EntryAccess } from '../access/entry-access.js';
import type { Outcome } from '../access/outcome.js';
import { projectDefinition } from '../protocol/down-projection.js';
import { PreparedJson } from '../protocol/prepared-json.js';
import type { Revision } from '../protocol/revisions.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { CatalogKind } from './entries.js';
import { PageCache } from './page-cache.js';
import type { Table } from './table.js';

interface Listable {
  readonly kind: CatalogKind;
  readonly key: string;
  readonly definition: object;
  readonly declaredBy: string;
  readonly access?: EntryAccess | undefined;
}

/** One page of a list: the JSON members of the result, such as `"tools":[…],"nextCursor":"…"`. */
export type ListingPage = PreparedJson;

/**
 * The pages of one list, serialized and encoded once per revision and cached until the table changes. Later requests
 * cost no more than writing their bytes. Callers who see a part of the list share the pages of this part.
 */
export class Listing<E extends Listable> {
  readonly #pages = new Map<string, ListingPage>();
  readonly #parts = new PageCache();
  readonly #items = new Map<Revision, WeakMap<E, string>>();
  #rules: readonly EntryAccess[] | undefined;

  constructor(
    private readonly field: string,
    private readonly kind: CatalogKind,
    private readonly table: Table<E>,
    private readonly pageSize: number,
  ) {}

  /** The distinct rules of the entries that are not for everybody, by which callers may see different parts. */
  rules(): readonly EntryAccess[] {
    return (this.#rules ??= distinct(this.table.sorted()));
  }

  /**
   * @param part what the caller sees. Default: everything
   * @throws {McpError} `-32602` for an invalid cursor
   */
  page(revision: Revision, cursor: unknown, part?: Outcome): ListingPage {
    const after = cursor === undefined ? undefined : decodeCursor(this.kind, cursor);
    // Pages after an unknown key are not cached: a client can invent cursors, and each would add an entry to this map.
    const known = after === undefined || this.table.get(after) !== undefined;
    // The table may have changed while the policies of this outcome decided: its key then stands for other rules.
    if (!known || (part && part.rules !== this.rules())) return this.#serialise(revision, after, part);
    const pages = part ? this.#parts : this.#pages;
    const key = `${revision} ${part?.key ?? ''}${after === undefined ? '' : ` ${after}`}`;
    const cached = pages.get(key);
    if (cached !== undefined) return cached;
    const page = this.#serialise(revision, after, part);
    pages.set(key, page);
    return page;
  }

  changed(): void {
    this.#pages.clear();
    this.#parts.clear();
    this.#rules = undefined;
  }

  #serialise(revision: Revision, after: string | undefined, part: Outcome | undefined): ListingPage {
    const sorted = this.table.sorted();
    const all = part ? sorted.filter((entry) => part.admits(entry.access)) : sorted;
    const start = after === undefined ? 0 : firstAfter(all, after);
    const entries = all.slice(start, start + this.pageSize);
    const items = entries.map((entry) => (part ? this.#item(entry, revision) : serialise(entry, revision)));
    const list = `"${this.field}":[${items.join(',')}]`;
    const last = entries.at(-1);
    const more = last !== undefined && start + entries.length < all.length;
    const cursor = more ? `,"nextCursor":${JSON.stringify(encodeCursor(this.kind, last.key))}` : '';
    return new PreparedJson(list + cursor);
  }

  /** Serialized once for all parts that it belongs to. */
  #item(entry: E, revision: Revision): string {
    let items = this.#items.get(revision);
    if (!items) this.#items.set(revision, (items = new WeakMap()));
    let item = items.get(entry);
    if (item === undefined) items.set(entry, (item = serialise(entry, revision)));
    return item;
  }
}

const serialise = ({ definition }: Listable, revision: Revision): string =>
  JSON.stringify(projectDefinition(definition, revision));

function distinct(entries: readonly Listable[]): EntryAccess[] {
  const rules = new Map<string, EntryAccess>();
  for (const { access = UNDECLARED } of entries) {
    if (!access.isPublic || access.audience) rules.set(access.key, access);
  }
  return [...rules.values()];
}

function firstAfter(entries: readonly Listable[], key: string): number {
  const index = entries.findIndex((entry) => entry.key > key);
  return index === -1 ? entries.length : index;
}

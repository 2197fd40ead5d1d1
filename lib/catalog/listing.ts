import { projectDefinition } from '../protocol/down-projection.js';
import type { Revision } from '../protocol/revisions.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { CatalogKind } from './entries.js';
import type { Table } from './table.js';

interface Listable {
  readonly kind: CatalogKind;
  readonly key: string;
  readonly definition: object;
  readonly declaredBy: string;
}

/** One page of a list: the JSON members of the result without the braces, such as `"tools":[…],"nextCursor":"…"`. */
export type ListingPage = string;

/**
 * The pages of one list, serialized once per revision and cached until the table changes. Later requests cost no more
 * than copying a string.
 */
export class Listing<E extends Listable> {
  readonly #pages = new Map<string, ListingPage>();

  constructor(
    private readonly field: string,
    private readonly kind: CatalogKind,
    private readonly table: Table<E>,
    private readonly pageSize: number,
  ) {}

  /** @throws {McpError} `-32602` for an invalid cursor */
  page(revision: Revision, cursor: unknown): ListingPage {
    if (cursor === undefined) return this.#cached(revision, undefined);
    return this.#cached(revision, decodeCursor(this.kind, cursor));
  }

  changed(): void {
    this.#pages.clear();
  }

  #cached(revision: Revision, after: string | undefined): ListingPage {
    // Pages after an unknown key are not cached: a client can invent cursors, and each would add an entry to this map.
    const known = after === undefined || this.table.get(after) !== undefined;
    const key = after === undefined ? revision : `${revision} ${after}`;
    const cached = this.#pages.get(key);
    if (cached !== undefined) return cached;
    const page = this.#serialise(revision, after);
    if (known) this.#pages.set(key, page);
    return page;
  }

  #serialise(revision: Revision, after: string | undefined): ListingPage {
    const all = this.table.sorted();
    const start = after === undefined ? 0 : firstAfter(all, after);
    const entries = all.slice(start, start + this.pageSize);
    const items = entries.map(({ definition }) => JSON.stringify(projectDefinition(definition, revision)));
    const list = `"${this.field}":[${items.join(',')}]`;
    const last = entries.at(-1);
    const more = last !== undefined && start + entries.length < all.length;
    return more ? `${list},"nextCursor":${JSON.stringify(encodeCursor(this.kind, last.key))}` : list;
  }
}

function firstAfter(entries: readonly Listable[], key: string): number {
  const index = entries.findIndex((entry) => entry.key > key);
  return index === -1 ? entries.length : index;
}

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

/** One page of a list, as the JSON members of a result without its braces: `"tools":[…],"nextCursor":"…"`. */
export type ListingPage = string;

/**
 * The pages of one list, serialised once per revision and kept until the table changes: what a list costs later is the
 * copying of a string.
 */
export class Listing<E extends Listable> {
  readonly #pages = new Map<string, ListingPage>();

  constructor(
    private readonly field: string,
    private readonly kind: CatalogKind,
    private readonly table: Table<E>,
    private readonly pageSize: number,
  ) {}

  /** @throws {McpError} `-32602` for a bad cursor */
  page(revision: Revision, cursor: unknown): ListingPage {
    if (cursor === undefined) return this.#cached(revision, undefined);
    return this.#cached(revision, decodeCursor(this.kind, cursor));
  }

  changed(): void {
    this.#pages.clear();
  }

  #cached(revision: Revision, after: string | undefined): ListingPage {
    // Only positions that exist are kept: a client can make up cursors, and each would be an entry of this map.
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

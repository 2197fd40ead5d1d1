/** Something that waits, on account of an owner. */
export interface Entry {
  readonly owner: string;
  readonly bytes: number;
}

export interface FairQueueLimits {
  /** Entries of all owners together (50 000). */
  readonly entries?: number;
  /** Their bytes (64 MiB). */
  readonly bytes?: number;
  /** Entries of one owner (5000). */
  readonly ownerEntries?: number;
  /** Their bytes (16 MiB). */
  readonly ownerBytes?: number;
}

interface Line<E> {
  readonly entries: E[];
  bytes: number;
}

const MIB = 1024 * 1024;

/**
 * A line for each owner. Entries are taken from one line after the other, so that a long line delays nobody else. The
 * owner `''` is the server itself, which may use all of the queue.
 */
export class FairQueue<E extends Entry> {
  readonly #limits: Required<FairQueueLimits>;
  /** The lines, none of which is empty. */
  readonly #lines = new Map<string, Line<E>>();
  /** Whose turn it is. An iterator of a Map also visits lines that are added later. */
  #turns = this.#lines.entries();
  #size = 0;
  #bytes = 0;

  constructor(limits: FairQueueLimits = {}) {
    this.#limits = { entries: 50_000, bytes: 64 * MIB, ownerEntries: 5000, ownerBytes: 16 * MIB, ...limits };
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns why the entry was not added, or `undefined` when it waits now */
  add(entry: E): 'share' | 'total' | undefined {
    const { owner, bytes } = entry;
    const { entries, bytes: allBytes, ownerEntries, ownerBytes } = this.#limits;
    if (this.#size >= entries || this.#bytes + bytes > allBytes) return 'total';
    const line = this.#lines.get(owner) ?? { entries: [], bytes: 0 };
    if (owner !== '' && (line.entries.length >= ownerEntries || line.bytes + bytes > ownerBytes)) return 'share';
    if (line.entries.length === 0) this.#lines.set(owner, line);
    line.entries.push(entry);
    line.bytes += bytes;
    this.#size++;
    this.#bytes += bytes;
    return undefined;
  }

  /** Takes the entry whose turn it is. */
  take(): E | undefined {
    if (this.#size === 0) return undefined;
    let turn = this.#turns.next();
    if (turn.done) {
      this.#turns = this.#lines.entries();
      turn = this.#turns.next();
    }
    const [owner, line] = turn.value as [string, Line<E>];
    return this.#removed(owner, line, line.entries.shift()!);
  }

  /** Removes an entry that waits no longer. */
  remove(entry: E): void {
    const line = this.#lines.get(entry.owner);
    // The longest waiting entry of an owner is the usual one, because all wait equally long.
    const index = line ? line.entries.indexOf(entry) : -1;
    if (index >= 0) this.#removed(entry.owner, line!, line!.entries.splice(index, 1)[0]!);
  }

  #removed(owner: string, line: Line<E>, entry: E): E {
    line.bytes -= entry.bytes;
    if (line.entries.length === 0) this.#lines.delete(owner);
    this.#size--;
    this.#bytes -= entry.bytes;
    return entry;
  }
}

/** The place of a value in a list, by which it is removed. */
export interface Link<T> {
  readonly value: T;
}

class Node<T> implements Link<T> {
  previous: Node<T> = this;
  next: Node<T> = this;

  constructor(readonly value: T) {}
}

/**
 * Values in the order in which they were added. For what comes and goes with every request: a `Set` or `Map` is laid out anew
 * after so many removals, and what the old layouts refer to outlives its request by several garbage collections.
 */
export class LinkedList<T> implements Iterable<T> {
  /** Before the first and behind the last. */
  readonly #ends = new Node<T | undefined>(undefined) as Node<T>;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Link<T> | undefined {
    return this.#size > 0 ? this.#ends.next : undefined;
  }

  add(value: T): Link<T> {
    const link = new Node(value);
    const ends = this.#ends;
    link.previous = ends.previous;
    link.next = ends;
    ends.previous.next = link;
    ends.previous = link;
    this.#size++;
    return link;
  }

  /** @returns whether it was still there */
  remove(added: Link<T>): boolean {
    const link = added as Node<T>;
    if (link.next === link) return false;
    link.previous.next = link.next;
    link.next.previous = link.previous;
    link.next = link.previous = link;
    this.#size--;
    return true;
  }

  /** Those that are there when it begins, so that values may be added and removed meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    const values: T[] = [];
    for (let link = this.#ends.next; link !== this.#ends; link = link.next) values.push(link.value);
    return values.values();
  }
}

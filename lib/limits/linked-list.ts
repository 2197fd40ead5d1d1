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
 * Values in the order in which they were added, or moved to the end. For what comes, goes or is used with every request: a
 * `Set` or `Map` is laid out anew after so many removals, and what the old layouts refer to outlives its request by several
 * garbage collections.
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
    this.#append(link);
    this.#size++;
    return link;
  }

  /** Of a value that is still there. */
  moveToEnd(added: Link<T>): void {
    const link = added as Node<T>;
    if (link.next === this.#ends) return;
    detach(link);
    this.#append(link);
  }

  /** @returns whether it was still there */
  remove(added: Link<T>): boolean {
    const link = added as Node<T>;
    if (link.next === link) return false;
    detach(link);
    link.next = link.previous = link;
    this.#size--;
    return true;
  }

  /** @param most how many values are looked at; what is found may be removed, and nothing else meanwhile */
  find(test: (value: T) => boolean, most = Infinity): T | undefined {
    let link = this.#ends.next;
    for (let seen = 0; seen < most && link !== this.#ends; seen++) {
      if (test(link.value)) return link.value;
      link = link.next;
    }
    return undefined;
  }

  /** Those that are there when it begins, so that values may be added and removed meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    const values: T[] = [];
    for (let link = this.#ends.next; link !== this.#ends; link = link.next) values.push(link.value);
    return values.values();
  }

  #append(link: Node<T>): void {
    const ends = this.#ends;
    link.previous = ends.previous;
    link.next = ends;
    ends.previous.next = link;
    ends.previous = link;
  }
}

function detach<T>({ previous, next }: Node<T>): void {
  previous.next = next;
  next.previous = previous;
}

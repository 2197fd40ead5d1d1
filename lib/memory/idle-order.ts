import { type Link, LinkedList } from '../limits/linked-list.js';

/** The places of a value among all, and among those of its client. */
export interface Place<T> {
  readonly client: string;
  readonly among: Link<T>;
  readonly amongOwn: Link<T>;
}

/** What clients have, from the longest idle to what was used last: of all clients, and of each one. */
export class IdleOrder<T> {
  readonly #all = new LinkedList<T>();
  readonly #byClient = new Map<string, LinkedList<T>>();

  /** The longest idle one of all. */
  get first(): T | undefined {
    return this.#all.first?.value;
  }

  count(client: string): number {
    return this.#byClient.get(client)?.size ?? 0;
  }

  add(client: string, value: T): Place<T> {
    let own = this.#byClient.get(client);
    if (!own) this.#byClient.set(client, (own = new LinkedList()));
    return { client, among: this.#all.add(value), amongOwn: own.add(value) };
  }

  use({ client, among, amongOwn }: Place<T>): void {
    this.#all.moveToEnd(among);
    this.#byClient.get(client)!.moveToEnd(amongOwn);
  }

  remove({ client, among, amongOwn }: Place<T>): void {
    this.#all.remove(among);
    const own = this.#byClient.get(client);
    if (own?.remove(amongOwn) && own.size === 0) this.#byClient.delete(client);
  }

  /**
   * The longest idle one that passes a test.
   *
   * @param client of this client only. `undefined` for all
   * @param most how many of them are tested
   */
  find(client: string | undefined, test: (value: T) => boolean, most: number): T | undefined {
    const among = client === undefined ? this.#all : this.#byClient.get(client);
    return among?.find(test, most);
  }
}

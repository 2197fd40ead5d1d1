/** Work of this size needs no turn, bytes. */
export const SMALL_BYTES = 8 * 1024;
/** Work that one turn of the event loop may do, bytes. One piece may be larger. */
const BYTES_PER_TURN = 64 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly begin: () => void;
}

/**
 * Spreads large pieces of work over the turns of the event loop. Bodies of many connections can arrive in one turn, and
 * a hundred of them would hold up everybody for as long as all of them take. Clients take turns as well.
 */
export class Turns {
  readonly #waiting = new Map<string, Waiting[]>();
  #used = 0;
  #scheduled = false;

  /**
   * @param client who is served after the other clients that wait
   * @param bytes the size of the work
   * @returns a promise that resolves when it may begin; `undefined` when it may begin at once
   */
  take(client: string, bytes: number): Promise<void> | undefined {
    if (bytes <= SMALL_BYTES) return undefined;
    if (this.#waiting.size === 0 && this.#fits(bytes)) {
      this.#use(bytes);
      return undefined;
    }
    return new Promise((begin) => {
      const own = this.#waiting.get(client);
      if (own) own.push({ bytes, begin });
      else this.#waiting.set(client, [{ bytes, begin }]);
    });
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= BYTES_PER_TURN;
  }

  #use(bytes: number): void {
    this.#used += bytes;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#scheduled = false;
    this.#used = 0;
    for (const [client, own] of this.#waiting) {
      const { bytes, begin } = own[0]!;
      if (!this.#fits(bytes)) return;
      this.#use(bytes);
      own.shift();
      // To the end: each client has its turn before one has another.
      this.#waiting.delete(client);
      if (own.length > 0) this.#waiting.set(client, own);
      begin();
    }
  }
}

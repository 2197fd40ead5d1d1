import { inNextTurn } from './in-next-turn.js';

/** Work of this size needs no turn of its own, bytes. */
export const SMALL_BYTES = 8 * 1024;
/** Work that one turn of the event loop may do, bytes. One piece may be larger. */
const BYTES_PER_TURN = 64 * 1024;
/** What is made up for of one large piece, bytes. */
const MOST_BYTES = 4 * 1024 * 1024;
/** What waits counts for at least this much, bytes: a small request may have a large answer. */
const LEAST_WAITING_BYTES = 32 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly begin: () => void;
}

/**
 * Spreads large pieces of work over the turns of the event loop. Requests of many connections can arrive in one turn,
 * and a hundred large bodies or answers would hold up everybody for as long as all of them take. Work beyond one turn
 * uses up the turns that follow, in which everything else is done: Node accepts one connection a turn. Clients take turns
 * as well, and small work waits only for the large work of its own client.
 */
export class Turns {
  readonly #waiting = new Map<string, Waiting[]>();
  /** Whose work has used up the turns that follow. */
  readonly #users = new Set<string>();
  #used = 0;
  readonly #schedule = inNextTurn(() => this.#nextTurn());

  /** Counts work that was done in this turn and whose size was not known before, such as writing a large answer. */
  use(client: string, bytes: number): void {
    this.#used = Math.min(this.#used + bytes, MOST_BYTES);
    this.#users.add(client);
    this.#schedule();
  }

  /**
   * @param client who is served after the other clients that wait
   * @param bytes the size of the work
   * @returns a promise that resolves when it may begin; `undefined` when it may begin at once
   */
  take(client: string, bytes: number): Promise<void> | undefined {
    if (bytes <= SMALL_BYTES) {
      if (this.#used < BYTES_PER_TURN || !this.#users.has(client)) return undefined;
    } else if (this.#waiting.size === 0 && this.#fits(bytes)) {
      this.use(client, bytes);
      return undefined;
    }
    return new Promise((begin) => {
      const waiting = { bytes: Math.max(bytes, LEAST_WAITING_BYTES), begin };
      const own = this.#waiting.get(client);
      if (own) own.push(waiting);
      else this.#waiting.set(client, [waiting]);
    });
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= BYTES_PER_TURN;
  }

  #nextTurn(): void {
    this.#used = Math.max(0, this.#used - BYTES_PER_TURN);
    if (this.#used > 0) return this.#schedule();
    this.#users.clear();
    for (const [client, own] of this.#waiting) {
      const { bytes, begin } = own[0]!;
      if (!this.#fits(bytes)) return;
      this.use(client, bytes);
      own.shift();
      // To the end: each client has its turn before one has another.
      this.#waiting.delete(client);
      if (own.length > 0) this.#waiting.set(client, own);
      begin();
    }
  }
}

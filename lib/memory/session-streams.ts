import { STANDALONE_STREAM } from '../stream/event-log.js';
import type { StreamHistory } from './stream-history.js';

/** The streams of one session, by name. Most sessions have the standalone stream only, which needs no map. */
export class SessionStreams {
  #standalone: StreamHistory | undefined;
  #others: Map<string, StreamHistory> | undefined;

  /** Streams without the standalone one. */
  get others(): number {
    return this.#others?.size ?? 0;
  }

  get isEmpty(): boolean {
    return this.#standalone === undefined && this.others === 0;
  }

  get(name: string): StreamHistory | undefined {
    return name === STANDALONE_STREAM ? this.#standalone : this.#others?.get(name);
  }

  set(name: string, history: StreamHistory): void {
    if (name === STANDALONE_STREAM) this.#standalone = history;
    else (this.#others ??= new Map()).set(name, history);
  }

  delete(name: string): void {
    if (name === STANDALONE_STREAM) this.#standalone = undefined;
    else this.#others?.delete(name);
    if (this.#others?.size === 0) this.#others = undefined;
  }

  *[Symbol.iterator](): Generator<[name: string, history: StreamHistory], void> {
    if (this.#standalone) yield [STANDALONE_STREAM, this.#standalone];
    if (this.#others) yield* this.#others;
  }
}

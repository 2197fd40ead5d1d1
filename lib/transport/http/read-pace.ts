import type { Readable } from 'node:stream';
import { inNextTurn } from '../../limits/in-next-turn.js';

/** Bytes of large chunks that are read in one turn of the event loop. */
const BYTES_PER_TURN = 1024 * 1024;
/** Smaller chunks do not fill a turn, and are not counted. */
const LARGE_BYTES = 16 * 1024;
/** Streams that go on in one turn: each brings a chunk of about 64 kB. */
const STREAMS_PER_TURN = 16;

/**
 * Spreads the reading of large bodies over the turns of the event loop. Node reads up to 2 MB of each connection in one
 * turn, so that a hundred bodies that arrive together would hold up everybody for half a second.
 */
export class ReadPace {
  #waiting: Readable[] = [];
  #used = 0;
  readonly #schedule = inNextTurn(() => this.#nextTurn());

  /** Counts a chunk of a stream. Pauses the stream, until a later turn, when this one has brought enough. */
  took(stream: Readable, bytes: number): void {
    if (bytes < LARGE_BYTES) return;
    this.#used += bytes;
    if (this.#used > BYTES_PER_TURN) {
      stream.pause();
      this.#waiting.push(stream);
    }
    this.#schedule();
  }

  #nextTurn(): void {
    this.#used = 0;
    for (const stream of this.#waiting.splice(0, STREAMS_PER_TURN)) if (!stream.destroyed) stream.resume();
    if (this.#waiting.length > 0) this.#schedule();
  }
}

/** One for the process, which has one event loop. */
export const READ_PACE = new ReadPace();

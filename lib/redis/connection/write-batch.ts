import type { Redis } from 'ioredis';

/** Commands that are written together at most, so that none waits for a long turn of the event loop. */
const MAX_COMMANDS = 16;
/** Characters that are held back at most before the next command. */
const MAX_CHARACTERS = 65_536;

/**
 * Writes the commands of one turn of the event loop together. A write of its own is a system call, which costs about as
 * much as the rest of a command; and replies that arrive together are read together.
 */
export class WriteBatch {
  #stream: Redis['stream'] | undefined;
  #commands = 0;

  /** @param client of a cluster, it has no stream of its own, and nothing is held back */
  constructor(private readonly client: Partial<Pick<Redis, 'stream'>>) {}

  /** Called before a command is written. */
  add(): void {
    const { stream } = this.client;
    const isFull = this.#commands === MAX_COMMANDS || (this.#stream?.writableLength ?? 0) > MAX_CHARACTERS;
    if (isFull || stream !== this.#stream) {
      this.flush();
      if (!stream) return;
      this.#stream = stream;
      stream.cork();
      setImmediate(this.flush);
    }
    this.#commands++;
  }

  /** Writes now what is held back. Of a connection that is lost, ioredis sends the commands again. */
  readonly flush = (): void => {
    this.#stream?.uncork();
    this.#stream = undefined;
    this.#commands = 0;
  };
}

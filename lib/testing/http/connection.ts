import { Duplex } from 'node:stream';

/**
 * One end of a connection inside this process. HTTP servers and clients take it for a socket: it has what they, the
 * frameworks and guards read of one.
 */
export class Connection extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly remoteFamily = 'IPv4';
  readonly remotePort = 0;
  readonly localAddress = '127.0.0.1';
  readonly localPort = 0;
  bytesRead = 0;
  bytesWritten = 0;
  /** Read by who sets a timeout, and to restore it. */
  timeout = 0;
  #peer: Connection | undefined;
  #waiting: (() => void) | undefined;

  /** Two ends: what is written to one is read from the other. */
  static pair(): [Connection, Connection] {
    const [one, other] = [new Connection(), new Connection()];
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  private constructor() {
    super();
    // Who cuts a connection does so on purpose, and the requests on it tell.
    this.on('error', () => undefined);
  }

  /** Nothing here is ever idle because a network is slow. */
  setTimeout(ms: number): this {
    this.timeout = ms;
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  /** Ends this direction, and then the connection. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  override _read(): void {
    const written = this.#waiting;
    this.#waiting = undefined;
    written?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error) => void): void {
    const peer = this.#peer!;
    if (peer.destroyed) return written(new Error('The other end has closed the connection.'));
    this.bytesWritten += chunk.length;
    peer.bytesRead += chunk.length;
    if (peer.push(chunk)) written();
    else peer.#waiting = written;
  }

  override _final(done: () => void): void {
    this.#peer!.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // Whoever waits for this end to read must not wait for ever.
    this._read();
    // After an orderly end the other side still reads what was written.
    if (!this.writableFinished) this.#peer!.destroy();
    done(error);
  }
}

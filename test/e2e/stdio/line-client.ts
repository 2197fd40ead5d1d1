import type { Readable, Writable } from 'node:stream';
import { CLAIM, type Id } from '../../fixtures/clients/mcp-requests.js';

/** A received message, loosely typed for assertions. */
export interface Line {
  readonly id?: Id;
  readonly method?: string;
  readonly params?: any;
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: any };
}

interface Waiting {
  readonly onLine: (line: Line) => void;
  readonly fail: (why: string) => void;
}

/** The client's side of a stdio connection over any pair of streams. */
export class LineClient {
  /** Every line of the server, in order. */
  readonly raw: string[] = [];
  /** The parsed messages of these lines, with the members of a batch one by one. */
  readonly messages: Line[] = [];
  /** Lines that are not JSON-RPC; there must never be any. */
  readonly junk: string[] = [];
  readonly #waiting = new Set<Waiting>();
  #rest = '';
  #ended = false;

  constructor(
    private readonly input: Writable,
    output: Readable,
  ) {
    output.setEncoding('utf8');
    output.on('data', (text: string) => this.#receive(text));
    output.once('close', () => {
      this.#ended = true;
      for (const { fail } of this.#waiting) fail('The output ended');
    });
  }

  write(bytes: string | Buffer): void {
    this.input.write(bytes);
  }

  send(message: unknown): void {
    this.write(`${JSON.stringify(message)}\n`);
  }

  notify(method: string, params?: object): void {
    this.send({ jsonrpc: '2.0', method, params });
  }

  /** Sends a request without modern _meta, as legacy clients do. @returns its response */
  request(id: Id, method: string, params?: object): Promise<Line> {
    this.send({ jsonrpc: '2.0', id, method, params });
    return this.answer(id);
  }

  /** Sends a request with modern _meta. @returns its response */
  modern(id: Id, method: string, params: object = {}, meta: object = {}): Promise<Line> {
    this.send({ jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...CLAIM, ...meta } } });
    return this.answer(id);
  }

  call(id: Id, name: string, args: object = {}, meta?: object): Promise<Line> {
    return this.modern(id, 'tools/call', { name, arguments: args }, meta);
  }

  async initialize(revision = '2025-11-25'): Promise<Line> {
    const clientInfo = { name: 'lines', version: '1' };
    const answer = await this.request('init', 'initialize', {
      protocolVersion: revision,
      capabilities: {},
      clientInfo,
    });
    this.notify('notifications/initialized');
    return answer;
  }

  answer(id: Id): Promise<Line> {
    return this.until((line) => line.id === id && line.method === undefined, `the answer of ${JSON.stringify(id)}`);
  }

  /** @returns the first, or the `count`th, notification of this method */
  notification(method: string, count = 1): Promise<Line> {
    let left = count;
    return this.until((line) => line.method === method && --left === 0, `${count} × ${method}`);
  }

  of(method: string): Line[] {
    return this.messages.filter((line) => line.method === method);
  }

  /** Resolves to the first matching line, received already or later. @param fits called once for each line */
  until(fits: (line: Line) => boolean, what = 'a line', timeoutMs = 5000): Promise<Line> {
    const known = this.messages.find(fits);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const complete = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        act();
      };
      const waiting: Waiting = {
        onLine: (line) => {
          if (fits(line)) complete(() => resolve(line));
        },
        fail: (why) =>
          complete(() => reject(new Error(`${why}: waited for ${what}; there was: ${this.raw.join('\n')}`))),
      };
      const timer = setTimeout(() => waiting.fail('Too late'), timeoutMs);
      this.#waiting.add(waiting);
      if (this.#ended) waiting.fail('The output has ended');
    });
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#keep(line);
  }

  #keep(line: string): void {
    this.raw.push(line);
    try {
      const value = JSON.parse(line) as Line | Line[];
      for (const message of Array.isArray(value) ? value : [value]) {
        if ((message as { jsonrpc?: unknown }).jsonrpc !== '2.0') throw new Error('not JSON-RPC');
        this.messages.push(message);
        for (const { onLine } of this.#waiting) onLine(message);
      }
    } catch {
      this.junk.push(line);
    }
  }
}

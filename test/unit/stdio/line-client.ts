import type { Readable, Writable } from 'node:stream';
import { CLAIM, type Id } from '../../fixtures/clients/mcp-requests.js';

/** A message as it came, loosely typed for assertions. */
export interface Line {
  readonly id?: Id;
  readonly method?: string;
  readonly params?: any;
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: any };
}

interface Waiting {
  readonly heard: (line: Line) => void;
  readonly fail: (why: string) => void;
}

/** The client's side of a stdio connection, over whatever streams. */
export class LineClient {
  /** Every line of the server, in order. */
  readonly raw: string[] = [];
  /** The same, parsed; the members of a batch one by one. */
  readonly messages: Line[] = [];
  /** Lines that are no JSON-RPC: there must never be any. */
  readonly junk: string[] = [];
  readonly #waiting = new Set<Waiting>();
  #rest = '';
  #ended = false;

  constructor(
    private readonly input: Writable,
    output: Readable,
  ) {
    output.setEncoding('utf8');
    output.on('data', (text: string) => this.#heard(text));
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

  /** Without a claim: as legacy clients do. @returns its answer */
  request(id: Id, method: string, params?: object): Promise<Line> {
    this.send({ jsonrpc: '2.0', id, method, params });
    return this.answer(id);
  }

  /** With a claim. @returns its answer */
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

  /** @returns the first, or the `count`th, of its kind */
  notification(method: string, count = 1): Promise<Line> {
    let left = count;
    return this.until((line) => line.method === method && --left === 0, `${count} × ${method}`);
  }

  of(method: string): Line[] {
    return this.messages.filter((line) => line.method === method);
  }

  /** The first line that fits, of those that came and those to come. @param fits asked once for each line */
  until(fits: (line: Line) => boolean, what = 'a line', patienceMs = 5000): Promise<Line> {
    const known = this.messages.find(fits);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        act();
      };
      const waiting: Waiting = {
        heard: (line) => {
          if (fits(line)) settle(() => resolve(line));
        },
        fail: (why) => settle(() => reject(new Error(`${why}: waited for ${what}; there was: ${this.raw.join('\n')}`))),
      };
      const timer = setTimeout(() => waiting.fail('Too late'), patienceMs);
      this.#waiting.add(waiting);
      if (this.#ended) waiting.fail('The output has ended');
    });
  }

  #heard(text: string): void {
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
        for (const { heard } of this.#waiting) heard(message);
      }
    } catch {
      this.junk.push(line);
    }
  }
}

import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const RETRY_MS = 50;

/** A legacy session whose standalone stream is read through every disconnection. */
export class Reader {
  connections = 0;
  #texts = [];
  #lastEventId;
  #connection = new AbortController();
  #over = false;
  #reading;

  static async open(url) {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'reader', version: '1' } };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
    });
    if (response.status !== 200) throw new Error(`initialize was answered ${response.status}.`);
    return new Reader(url, response.headers.get('mcp-session-id'));
  }

  constructor(url, session) {
    this.url = url;
    this.session = session;
    this.#reading = this.#read();
  }

  /** Cuts the connection; the reader resumes. */
  cut() {
    this.#connection.abort();
  }

  /** @returns all texts, once this one has arrived */
  async until(text) {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.#texts.includes(text) && Date.now() < deadline) await pause(20);
    return this.#texts;
  }

  async close() {
    this.#over = true;
    this.cut();
    await this.#reading;
  }

  async #read() {
    while (!this.#over) {
      this.#connection = new AbortController();
      // A connection that is refused or cut is what a client of a fleet has to expect.
      await this.#readOnce(this.#connection.signal).catch(() => undefined);
      await pause(RETRY_MS);
    }
  }

  async #readOnce(signal) {
    const resume = this.#lastEventId === undefined ? {} : { 'last-event-id': this.#lastEventId };
    const headers = { accept: 'text/event-stream', 'mcp-session-id': this.session, ...resume };
    const response = await fetch(this.url, { headers, signal });
    if (response.status !== 200) return;
    this.connections++;
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream(), { signal })) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop();
      for (const frame of frames) this.#take(frame);
    }
  }

  #take(frame) {
    const field = (name) => frame.match(new RegExp(`^${name}: ?(.*)$`, 'm'))?.[1];
    const data = field('data');
    if (data) this.#texts.push(JSON.parse(data).params.data);
    this.#lastEventId = field('id') ?? this.#lastEventId;
  }
}

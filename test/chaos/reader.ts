import { setTimeout as pause } from 'node:timers/promises';
import { begin } from '../fixtures/clients/raw-http.js';
import { SseFrameParser, type SseFrame } from '../fixtures/clients/sse-frames.js';
import type { ChaosClient } from './client.js';
import type { Instances } from './instances.js';
import type { Received } from './ledger.js';
import type { Liveness } from './liveness.js';
import type { Chance } from './random.js';
import { heard } from './text.js';

/**
 * `resume` comes back with the id it had last. The others are controls, and must lose: `forget` comes back without it,
 * `hear` listens where nobody looks into the log.
 */
export type Manner = 'resume' | 'forget' | 'hear';

export interface ReaderOptions {
  readonly fleet: Instances;
  readonly session: string;
  readonly manner: Manner;
  readonly chance: Chance;
  readonly liveness: Liveness;
}

const OPEN_MS = 10_000;

/** A strict client of one session's standing stream, which comes back to any instance whenever its connection ends. */
export class Reader implements ChaosClient {
  readonly received: Received[] = [];
  readonly refusals: Record<number, number> = {};
  connections = 0;
  readonly resumes: number[] = [];
  /** Sessions that were over when it came back (404): it is told once, and does not ask again. */
  ended = 0;
  readonly #options: ReaderOptions;
  #cursor: string | undefined;
  #connection = new AbortController();
  /** The part of the next bytes after which the connection is to break. */
  #breakAt: number | undefined;
  #killedAt: number | undefined;
  #stopped = false;
  #done: Promise<void> | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** The newest id, of a message or not. */
  get cursor(): string | undefined {
    return this.#cursor;
  }
  get session(): string {
    return this.#options.session;
  }

  /** Also after `stop()`, from where it was. */
  start(): void {
    this.#stopped = false;
    this.#done = this.#run();
  }

  /** Somewhere within what comes next, so that frames are torn, too. */
  drop(part: number): void {
    this.#breakAt = part;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connection.abort();
    await this.#done;
    if (this.#options.manner !== 'resume') this.#cursor = undefined;
  }

  async #run(): Promise<void> {
    const { fleet, chance } = this.#options;
    let last: number | undefined;
    while (!this.#stopped && this.ended === 0) {
      const ports = fleet.ports;
      const others = ports.filter((port) => port !== last);
      if (ports.length > 0) {
        last = chance.pick(others.length > 0 ? others : ports);
        // A connection that broke is what this is about.
        await this.#connect(last).catch(() => undefined);
        this.#killedAt ??= fleet.diedAt(last);
      }
      await pause(chance.between(20, 120));
    }
  }

  async #connect(port: number): Promise<void> {
    const { session, manner } = this.#options;
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    const late = setTimeout(() => this.#connection.abort(), OPEN_MS);
    const resume = manner === 'resume' && this.#cursor !== undefined && { 'last-event-id': this.#cursor };
    const headers = { accept: 'text/event-stream', 'mcp-session-id': session, ...resume };
    const path = manner === 'hear' ? '/hear' : '/mcp';
    const response = await begin(port, { verb: 'GET', path, headers, signal }).finally(() => clearTimeout(late));
    if (response.statusCode !== 200) {
      this.#refused(response.statusCode!);
      if (response.statusCode === 404) this.ended++;
      response.resume();
      return;
    }
    this.connections++;
    const parser = new SseFrameParser();
    for await (const chunk of response) {
      const bytes = this.#remainder(chunk as Buffer);
      this.#read(parser, bytes);
      if (bytes !== chunk) return;
    }
  }

  #remainder(chunk: Buffer): Buffer {
    if (this.#breakAt === undefined) return chunk;
    const part = this.#breakAt;
    this.#breakAt = undefined;
    return chunk.subarray(0, Math.floor(part * chunk.length));
  }

  #read(parser: SseFrameParser, bytes: Buffer): void {
    let frames: SseFrame[];
    try {
      frames = parser.push(bytes);
    } catch (error) {
      this.#refused(-1);
      throw error;
    }
    for (const { id, data, comment } of frames) {
      if (comment === 'gap') this.received.push({ kind: 'gap' });
      if (id !== undefined) {
        this.#cursor = id;
        this.#resumed();
      }
      // Without an id it says again what a gap has swallowed; without data it only tells the cursor.
      if (id === undefined || !data) continue;
      const { params } = JSON.parse(data) as { params: { data: string } };
      this.received.push({ kind: 'message', id: id.slice(id.indexOf('_') + 1), text: heard(params.data) });
      this.#options.liveness.delivered();
    }
  }

  #resumed(): void {
    if (this.#killedAt === undefined) return;
    this.resumes.push(performance.now() - this.#killedAt);
    this.#killedAt = undefined;
  }

  #refused(status: number): void {
    this.refusals[status] = (this.refusals[status] ?? 0) + 1;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { begin } from '../fixtures/clients/raw-http.js';
import { SseFrameParser, type SseFrame } from '../fixtures/clients/sse-frames.js';
import type { ChaosClient } from './client.js';
import type { Instances } from './instances.js';
import type { Received } from './history-check.js';
import type { Liveness } from './liveness.js';
import type { Chance } from './random.js';
import { announcementText } from './logs.js';
import { unpadded } from './text.js';
import { ANNOUNCER } from './announcer.js';

/**
 * `resume` reconnects with its last id. The others are controls and must lose messages: `without-cursor` reconnects
 * without an id, and `signals-only` uses a stream that never reads the log.
 */
export type ReaderMode = 'resume' | 'without-cursor' | 'signals-only';

export interface ReaderOptions {
  readonly fleet: Instances;
  readonly session: string;
  readonly mode: ReaderMode;
  readonly chance: Chance;
  readonly liveness: Liveness;
}

const OPEN_MS = 10_000;

/** A strict client of the standalone stream of one session, which reconnects to any instance. */
export class Reader implements ChaosClient {
  readonly received: Received[] = [];
  /** What was announced to all; a gap is in `received`. */
  readonly announcements: (Received & { readonly kind: 'message' })[] = [];
  readonly refusals: Record<number, number> = {};
  connections = 0;
  readonly resumes: number[] = [];
  /** How often its session had ended when it reconnected (404); it does not reconnect afterwards. */
  ended = 0;
  readonly #options: ReaderOptions;
  #cursor: string | undefined;
  #connection = new AbortController();
  /** The part of the next bytes after which the connection breaks. */
  #breakAt: number | undefined;
  #killedAt: number | undefined;
  #stopped = false;
  #done: Promise<void> | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** The newest id, with or without a message. */
  get cursor(): string | undefined {
    return this.#cursor;
  }
  get session(): string {
    return this.#options.session;
  }

  /** Connects; after `stop()` it continues at its cursor. */
  start(): void {
    this.#stopped = false;
    this.#done = this.#run();
  }

  /** Breaks the connection within the next bytes, so that frames are torn, too. */
  drop(part: number): void {
    this.#breakAt = part;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connection.abort();
    await this.#done;
    if (this.#options.mode !== 'resume') this.#cursor = undefined;
  }

  async #run(): Promise<void> {
    const { fleet, chance } = this.#options;
    let last: number | undefined;
    while (!this.#stopped && this.ended === 0) {
      const ports = fleet.ports;
      const others = ports.filter((port) => port !== last);
      if (ports.length > 0) {
        last = chance.pick(others.length > 0 ? others : ports);
        // Broken connections are expected here.
        await this.#connect(last).catch(() => undefined);
        this.#killedAt ??= fleet.diedAt(last);
      }
      await sleep(chance.between(20, 120));
    }
  }

  async #connect(port: number): Promise<void> {
    const { session, mode } = this.#options;
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    const timer = setTimeout(() => this.#connection.abort(), OPEN_MS);
    const resume = mode === 'resume' && this.#cursor !== undefined && { 'last-event-id': this.#cursor };
    const headers = { accept: 'text/event-stream', 'mcp-session-id': session, ...resume };
    const path = mode === 'signals-only' ? '/signals-only' : '/mcp';
    const response = await begin(port, { verb: 'GET', path, headers, signal }).finally(() => clearTimeout(timer));
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
      // A frame without an id repeats state after a gap, and one without data only carries the cursor.
      if (id === undefined || !data) continue;
      const { params = {} } = JSON.parse(data) as { params?: { data?: string; uri?: string } };
      const [, own, announced] = id.split('_') as [string, string, string];
      const text = params.data === undefined ? announcementText(params.uri, announced) : unpadded(params.data);
      if (params.data !== undefined && !text.startsWith(ANNOUNCER)) {
        this.received.push({ kind: 'message', id: own, text });
      } else {
        this.announcements.push({ kind: 'message', id: announced, text });
      }
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

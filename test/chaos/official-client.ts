import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ANNOUNCER } from './announcer.js';
import type { ChaosClient } from './client.js';
import type { Instances } from './instances.js';
import type { Received } from './history-check.js';
import type { Liveness } from './liveness.js';
import type { Chance } from './random.js';
import { unpadded } from './text.js';

export const OFFICIAL = ['client 2.4.0', 'sdk 1.32.2'] as const;
export type Official = (typeof OFFICIAL)[number];

/** How a client lost its stream although its session is alive; only the client could have prevented it. */
export type GiveUp =
  /** Two failed attempts to reconnect, or one failed attempt to open the stream (finding 7). */
  | 'gave up'
  /** It reconnected without Last-Event-ID although it had an id before (finding 8). */
  | 'forgot its cursor';

export interface OfficialOptions {
  readonly fleet: Instances;
  readonly chance: Chance;
  readonly liveness: Liveness;
}

const INFO = { name: 'chaos', version: '1.0.0' };
/** A placeholder: the instance of each request is chosen at random, as by a balancer. */
const PLACEHOLDER_URL = new URL('http://127.0.0.1:9/mcp');

/** An unmodified official client with its own ways to reconnect. It does not expose the ids of messages. */
export class OfficialClient implements ChaosClient {
  readonly received: Received[] = [];
  readonly refusals: Record<number, number> = {};
  readonly resumes: number[] = [];
  connections = 0;
  giveUp: GiveUp | undefined;
  readonly #over = new AbortController();
  readonly #transport: StreamableHTTPClientTransport | TransportV1;
  #client: Client | ClientV1 | undefined;
  #connection = new AbortController();
  #port: number | undefined;
  #killedAt: number | undefined;

  /** @throws when the session cannot be opened */
  static async open(version: Official, options: OfficialOptions): Promise<OfficialClient> {
    const client = new OfficialClient(version, options);
    await client.#connect();
    return client;
  }

  private constructor(
    readonly version: Official,
    private readonly options: OfficialOptions,
  ) {
    const settings = { fetch: (url: URL | string, init?: RequestInit) => this.#fetch(new URL(url), init) };
    this.#transport =
      version === 'client 2.4.0'
        ? new StreamableHTTPClientTransport(PLACEHOLDER_URL, settings)
        : new TransportV1(PLACEHOLDER_URL, settings);
  }

  get session(): string {
    return this.#transport.sessionId!;
  }
  /** Aborted once the client receives no more messages. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  drop(): void {
    this.#connection.abort(new Error('cut'));
  }

  async stop(): Promise<void> {
    await this.#client?.close();
  }

  async #connect(): Promise<void> {
    const onNotification = async ({ params }: { params?: Record<string, unknown> }): Promise<void> =>
      this.#onNotification(params);
    if (this.version === 'client 2.4.0') {
      const client = new Client(INFO, { versionNegotiation: { mode: 'legacy' } });
      client.fallbackNotificationHandler = onNotification;
      client.onerror = (error) => this.#onError(error);
      this.#client = client;
      await client.connect(this.#transport as StreamableHTTPClientTransport);
    } else {
      const client = new ClientV1(INFO);
      client.fallbackNotificationHandler = onNotification;
      client.onerror = (error) => this.#onError(error);
      this.#client = client;
      await client.connect(this.#transport as TransportV1);
    }
  }

  #onNotification(params: Record<string, unknown> = {}): void {
    if (params['logger'] === 'stream') return void this.received.push({ kind: 'gap' });
    // Our own clients check what is announced to all, as only they see the ids.
    if (typeof params['data'] !== 'string' || params['data'].startsWith(ANNOUNCER)) return;
    this.received.push({ kind: 'message', id: '', text: unpadded(params['data']) });
    this.options.liveness.delivered();
    if (this.#killedAt !== undefined) this.resumes.push(performance.now() - this.#killedAt);
    this.#killedAt = undefined;
  }

  #onError({ message }: Error): void {
    const neverOpened = this.connections === 0 && message.includes('Failed to open SSE stream');
    if (neverOpened || message.includes('Maximum reconnection attempts')) this.#abandonStream('gave up');
  }

  #abandonStream(how: GiveUp): void {
    this.giveUp ??= how;
    this.#over.abort();
  }

  async #fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const { fleet, chance } = this.options;
    const port = chance.pick(fleet.ports);
    url.port = String(port);
    if (init.method !== 'GET') return fetch(url, init);
    if (this.#port !== undefined) this.#killedAt ??= fleet.diedAt(this.#port);
    if (this.connections > 0 && !new Headers(init.headers).has('last-event-id')) {
      this.#abandonStream('forgot its cursor');
      throw new Error('A stream without Last-Event-ID would not continue the earlier one.');
    }
    this.#connection = new AbortController();
    const signal = AbortSignal.any([this.#connection.signal, ...(init.signal ? [init.signal] : [])]);
    this.#port = port;
    const response = await fetch(url, { ...init, signal }).catch((error: unknown) => {
      if (this.connections === 0) this.#abandonStream('gave up');
      throw error;
    });
    if (response.ok) this.connections++;
    else this.refusals[response.status] = (this.refusals[response.status] ?? 0) + 1;
    return response;
  }
}

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ChaosClient } from './client.js';
import type { Instances } from './instances.js';
import type { Received } from './ledger.js';
import type { Liveness } from './liveness.js';
import type { Chance } from './random.js';
import { heard } from './text.js';

export const OFFICIAL = ['client 2.4.0', 'sdk 1.32.2'] as const;
export type Official = (typeof OFFICIAL)[number];

/** How a client ended up without its stream although its session lives; only it could have prevented it. */
export type Desertion =
  /** Two failed attempts to come back, or one to open the stream at all (finding 7). */
  | 'gave up'
  /** It came back without an id although it had had one (finding 8). */
  | 'forgot its cursor';

export interface OfficialOptions {
  readonly fleet: Instances;
  readonly chance: Chance;
  readonly liveness: Liveness;
}

const INFO = { name: 'chaos', version: '1.0.0' };
/** Nobody listens here: which instance a request goes to is decided anew for each, as by a balancer. */
const SOMEWHERE = new URL('http://127.0.0.1:9/mcp');

/** An official client as it is, with nothing but its own ways to come back. Ids of messages are its own affair. */
export class OfficialClient implements ChaosClient {
  readonly received: Received[] = [];
  readonly refusals: Record<number, number> = {};
  readonly resumes: number[] = [];
  connections = 0;
  desertion: Desertion | undefined;
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
        ? new StreamableHTTPClientTransport(SOMEWHERE, settings)
        : new TransportV1(SOMEWHERE, settings);
  }

  get session(): string {
    return this.#transport.sessionId!;
  }
  /** From here on nothing comes any more. */
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
    const listen = async ({ params }: { params?: Record<string, unknown> }): Promise<void> => this.#hear(params);
    if (this.version === 'client 2.4.0') {
      const client = new Client(INFO, { versionNegotiation: { mode: 'legacy' } });
      client.fallbackNotificationHandler = listen;
      client.onerror = (error) => this.#failed(error);
      this.#client = client;
      await client.connect(this.#transport as StreamableHTTPClientTransport);
    } else {
      const client = new ClientV1(INFO);
      client.fallbackNotificationHandler = listen;
      client.onerror = (error) => this.#failed(error);
      this.#client = client;
      await client.connect(this.#transport as TransportV1);
    }
  }

  #hear(params: Record<string, unknown> = {}): void {
    if (params['logger'] === 'stream') return void this.received.push({ kind: 'gap' });
    if (typeof params['data'] !== 'string') return;
    this.received.push({ kind: 'message', id: '', text: heard(params['data']) });
    this.options.liveness.delivered();
    if (this.#killedAt !== undefined) this.resumes.push(performance.now() - this.#killedAt);
    this.#killedAt = undefined;
  }

  #failed({ message }: Error): void {
    const never = this.connections === 0 && message.includes('Failed to open SSE stream');
    if (never || message.includes('Maximum reconnection attempts')) this.#desert('gave up');
  }

  #desert(how: Desertion): void {
    this.desertion ??= how;
    this.#over.abort();
  }

  async #fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const { fleet, chance } = this.options;
    const port = chance.pick(fleet.ports);
    url.port = String(port);
    if (init.method !== 'GET') return fetch(url, init);
    if (this.#port !== undefined) this.#killedAt ??= fleet.diedAt(this.#port);
    if (this.connections > 0 && !new Headers(init.headers).has('last-event-id')) {
      this.#desert('forgot its cursor');
      throw new Error('What it would hear now is no continuation.');
    }
    this.#connection = new AbortController();
    const signal = AbortSignal.any([this.#connection.signal, ...(init.signal ? [init.signal] : [])]);
    this.#port = port;
    const response = await fetch(url, { ...init, signal }).catch((error: unknown) => {
      if (this.connections === 0) this.#desert('gave up');
      throw error;
    });
    if (response.ok) this.connections++;
    else this.refusals[response.status] = (this.refusals[response.status] ?? 0) + 1;
    return response;
  }
}

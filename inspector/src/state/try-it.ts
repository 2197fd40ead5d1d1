import { type ReadonlySignal, signal } from '@preact/signals';
import type { Era } from '../../../lib/protocol/revisions.js';
import { type Connection, type Request, type ServerInfo, UNATTENDED } from '../mcp/connection.js';
import { Endpoint, type Headers, HttpRefusal, type Traffic } from '../mcp/endpoint.js';
import { LegacyConnection } from '../mcp/legacy-connection.js';
import { type Params, RpcFailure } from '../mcp/messages.js';
import { ModernConnection } from '../mcp/modern-connection.js';
import { type Catalog, EMPTY_CATALOG, readCatalog } from './catalog.js';
import { pause } from '../net/pause.js';
import { describeError, type Failure } from './failure.js';
import { Invocation } from './invocation.js';

export type Status =
  | { readonly kind: 'closed' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly server: ServerInfo }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Something that the server announced by itself. */
export interface Notice {
  readonly at: number;
  readonly method: string;
  readonly params: Params;
}

export interface Settings {
  readonly era: Era;
  /** Headers of the person whose view is tried. */
  readonly identity: Headers;
  readonly logLevel: string;
}

export interface RecordedTraffic extends Traffic {
  /** Counts up, also beyond what is kept. */
  readonly number: number;
}

const MAX_TRAFFIC = 200;
const MAX_NOTICES = 100;
/** A stream that ended is opened again after this time. */
const LISTEN_AGAIN_MS = 2000;

/** The client in the page: one connection to one server, in one era, as one person. */
export class TryIt {
  readonly #settings = signal<Settings>({ era: 'modern', identity: {}, logLevel: 'debug' });
  readonly #status = signal<Status>({ kind: 'closed' });
  readonly #catalog = signal<Catalog>(EMPTY_CATALOG);
  readonly #invocations = signal<ReadonlyMap<string, Invocation>>(new Map());
  readonly #traffic = signal<readonly RecordedTraffic[]>([]);
  #recorded = 0;
  readonly #notices = signal<readonly Notice[]>([]);
  readonly #subscribed = signal<readonly string[]>([]);
  #connection: Connection | undefined;
  #listening = new AbortController();

  constructor(readonly url: string) {}

  get settings(): ReadonlySignal<Settings> {
    return this.#settings;
  }
  get status(): ReadonlySignal<Status> {
    return this.#status;
  }
  get catalog(): ReadonlySignal<Catalog> {
    return this.#catalog;
  }
  get traffic(): ReadonlySignal<readonly RecordedTraffic[]> {
    return this.#traffic;
  }
  get notices(): ReadonlySignal<readonly Notice[]> {
    return this.#notices;
  }
  /** The URIs of resources whose updates are announced. */
  get subscribed(): ReadonlySignal<readonly string[]> {
    return this.#subscribed;
  }

  /** The latest request for this primitive, whose result stays while others are looked at. */
  latest(key: string): Invocation | undefined {
    return this.#invocations.value.get(key);
  }

  /** Connects, with other settings if there are any. Never rejects: what went wrong is the status. */
  async connect(settings: Partial<Settings> = {}): Promise<void> {
    this.#leave();
    this.#settings.value = { ...this.#settings.peek(), ...settings };
    this.#status.value = { kind: 'opening' };
    const connection = this.#connect(this.#settings.peek());
    this.#connection = connection;
    try {
      const server = await connection.open();
      const catalog = await readCatalog(connection, server.capabilities);
      if (this.#connection !== connection) return this.#release(connection);
      this.#catalog.value = catalog;
      this.#status.value = { kind: 'open', server };
      void this.#listen();
    } catch (error) {
      if (this.#connection !== connection) return this.#release(connection);
      this.#catalog.value = EMPTY_CATALOG;
      this.#status.value = { kind: 'failed', failure: describeError(error) };
    }
  }

  /** @param key of the primitive that it is about */
  call(key: string, request: Request): void {
    if (!this.#connection) return;
    const invocation = new Invocation(this.#connection, request);
    this.#invocations.value = new Map(this.#invocations.peek()).set(key, invocation);
    void invocation.run();
  }

  /** The values that the server proposes for an argument of a prompt or a variable of a template. */
  async complete(ref: Params, name: string, value: string, others: Params): Promise<readonly string[]> {
    const status = this.#status.peek();
    if (!this.#connection || status.kind !== 'open' || !('completions' in status.server.capabilities)) return [];
    const params = { ref, argument: { name, value }, context: { arguments: others } };
    const { signal: never } = new AbortController();
    try {
      const result = await this.#connection.request({ method: 'completion/complete', params }, UNATTENDED, never);
      return (result['completion'] as { values: readonly string[] }).values;
    } catch {
      // Proposals are a convenience: without them one types.
      return [];
    }
  }

  setSubscribed(uri: string, isWanted: boolean): void {
    const others = this.#subscribed.peek().filter((one) => one !== uri);
    this.#subscribed.value = isWanted ? [...others, uri] : others;
    void this.#listen();
  }

  wire(request: Request): ReturnType<Connection['wire']> | undefined {
    return this.#connection?.wire(request);
  }

  close(): void {
    this.#leave();
    this.#status.value = { kind: 'closed' };
  }

  #connect({ era, identity, logLevel }: Settings): Connection {
    const endpoint = new Endpoint(this.url, identity, (one) => {
      const recorded = { ...one, number: ++this.#recorded };
      this.#traffic.value = [...this.#traffic.peek(), recorded].slice(-MAX_TRAFFIC);
    });
    return era === 'modern' ? new ModernConnection(endpoint, logLevel) : new LegacyConnection(endpoint, logLevel);
  }

  /** The server forgets a session by itself, too. */
  #release(connection: Connection): void {
    void connection.close().catch(() => undefined);
  }

  #leave(): void {
    this.#listening.abort();
    for (const invocation of this.#invocations.peek().values()) invocation.leave();
    this.#invocations.value = new Map();
    this.#subscribed.value = [];
    if (this.#connection) this.#release(this.#connection);
    this.#connection = undefined;
  }

  /** One stream for announcements, anew with each change of what is subscribed to. */
  async #listen(): Promise<void> {
    this.#listening.abort();
    const { signal: ended } = (this.#listening = new AbortController());
    const connection = this.#connection;
    const status = this.#status.peek();
    if (!connection || status.kind !== 'open' || !announces(status.server.capabilities)) return;
    const heard = (method: string, params: Params): void => this.#heard(connection, method, params);
    while (!ended.aborted) {
      const isRefused = await connection.listen(this.#subscribed.peek(), heard, ended).then(
        () => false,
        (error: unknown) => error instanceof RpcFailure || (error instanceof HttpRefusal && !error.isPassing),
      );
      if (isRefused) return;
      await pause(LISTEN_AGAIN_MS, ended).catch(() => undefined);
    }
  }

  #heard(connection: Connection, method: string, params: Params): void {
    if (method === 'notifications/subscriptions/acknowledged') return;
    this.#notices.value = [...this.#notices.peek(), { at: Date.now(), method, params }].slice(-MAX_NOTICES);
    if (method.endsWith('/list_changed')) void this.#refresh(connection);
  }

  async #refresh(connection: Connection): Promise<void> {
    const status = this.#status.peek();
    if (status.kind !== 'open') return;
    const catalog = await readCatalog(connection, status.server.capabilities).catch(() => undefined);
    if (catalog && this.#connection === connection) this.#catalog.value = catalog;
  }
}

/** Whether there is anything that this server may announce. */
const announces = (capabilities: Params): boolean =>
  Object.values(capabilities).some((one) => {
    const { listChanged, subscribe } = (one ?? {}) as { listChanged?: boolean; subscribe?: boolean };
    return listChanged === true || subscribe === true;
  });

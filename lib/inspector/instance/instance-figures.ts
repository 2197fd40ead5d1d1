import type { StoreProbe } from '../../backends/backends.js';
import { healthOf } from '../../server/health.js';
import type { McpRuntime } from '../../server/mcp-runtime.js';
import type { InstanceFigures } from '../wire/instance.js';
import { CatalogFigures } from './catalog-figures.js';
import { Load } from './load.js';

const STATES = { starting: 'starting', running: 'running', closing: 'draining' } as const;

/** The figures of this instance. */
export class FiguresOfInstance {
  readonly #load = new Load();
  readonly #catalog: CatalogFigures;
  #redisRoundTripMs: number | null = null;
  #asking = false;

  constructor(
    private readonly runtime: McpRuntime,
    private readonly probe: StoreProbe | undefined,
  ) {
    this.#catalog = new CatalogFigures(runtime.catalog);
  }

  begin(): void {
    this.#load.begin();
    this.#catalog.begin();
    this.#askStore();
  }

  take(): InstanceFigures {
    const { open, broker, limits, budgets } = healthOf(this.runtime, undefined);
    this.#askStore();
    return {
      state: STATES[this.runtime.state],
      ...this.#catalog.take(),
      ...this.#load.take(),
      streams: open.streams,
      heldStreams: open.heldStreams,
      listens: open.subscriptions,
      requests: open.requests,
      requestBytes: open.requestBytes,
      tasks: open.tasks,
      broker,
      brokerRoundTripMs: null,
      redisRoundTripMs: this.#redisRoundTripMs,
      storedBytes: budgets.storedBytes,
      limitsRefused: limits.refused,
    };
  }

  end(): void {
    this.#load.end();
    this.#catalog.end();
  }

  /** For the report after this one: no report waits for Redis. */
  #askStore(): void {
    if (!this.probe || this.#asking) return;
    this.#asking = true;
    this.probe
      .roundTrip()
      .then(
        (milliseconds) => (this.#redisRoundTripMs = milliseconds),
        () => (this.#redisRoundTripMs = null),
      )
      .finally(() => (this.#asking = false));
  }
}

import type { BrokerStatus } from '../broker/message-broker.js';
import type { McpRuntime } from './mcp-runtime.js';

/**
 * The state of this instance, for the application's health and readiness routes. It holds no ids and no keys (P15), so
 * a route may return it as it is.
 *
 * @publicApi
 */
export interface McpHealth {
  /**
   * Whether a load balancer should send requests here. False before the application has started and once it shuts down.
   */
  readonly ready: boolean;
  /**
   * Whether messages of other instances arrive: `up` or `down`. `down` alone is no reason to take an instance out of
   * the load balancer: if Redis is unavailable, it is so for all instances, and modern requests that need no Redis are
   * still served. An instance that alone is `down` for minutes should be taken out.
   */
  readonly broker: BrokerStatus;
  /** What is open on this instance right now. */
  readonly open: {
    /** Event streams opened by GET, including those that are held open until Redis is available. */
    readonly streams: number;
    /** The streams among them that are held open until Redis is available. */
    readonly heldStreams: number;
    /** Open `subscriptions/listen` requests of modern clients. */
    readonly subscriptions: number;
    /** Requests that are being served. */
    readonly requests: number;
    /** Bytes held for requests that are read or served, and for answers that are not read yet: see `maxRequestBytes`. */
    readonly requestBytes: number;
    /** Tasks that run here. */
    readonly tasks: number;
  };
  /** What is stored for clients, to compare with the limits `maxStoredBytes` and `maxStoredBytesPerClient`. */
  readonly stored: {
    /**
     * Bytes stored for all clients: sessions, histories, kept answers, tasks. On Redis that is of the whole fleet, as of
     * the last report of this instance or the look before. 0 for parts of the application.
     */
    readonly bytes: number;
    /** Bytes stored for the client that has the most. */
    readonly largestShareBytes: number;
    readonly maxBytes: number;
    readonly maxBytesPerClient: number;
  };
}

export const healthOf = ({
  state,
  backends,
  http,
  engine,
  inFlight,
  tasks,
  stored,
  options,
}: McpRuntime): McpHealth => ({
  ready: state === 'running',
  broker: backends.broker.status,
  open: {
    streams: http.streams.size,
    heldStreams: http.streams.held,
    subscriptions: engine.subscriptions.size,
    requests: inFlight.size,
    requestBytes: http.budget.held,
    tasks: tasks.runner.size,
  },
  stored: {
    bytes: stored.held,
    largestShareBytes: stored.largestShare,
    maxBytes: options.maxStoredBytes,
    maxBytesPerClient: options.maxStoredBytesPerClient,
  },
});

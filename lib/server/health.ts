import type { AuditFigures } from '../audit/audit-queue.js';
import type { BrokerStatus } from '../broker/message-broker.js';
import { type Principal, principalId } from '../session/principal.js';
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
  /** What has become of the events for the `AuditSink` since the start of this instance. All 0 without one. */
  readonly audit: {
    /** Events that the sink has. */
    readonly recorded: number;
    /** Events that it has not settled yet; at most `audit.maxPendingEvents`. */
    readonly pending: number;
    /** Events that it was not given, because too many were pending. */
    readonly dropped: number;
    /** Events for which it threw or rejected. */
    readonly failed: number;
  };
  /** What `@McpLimit()` and the option `limits` have done since the start of this instance. */
  readonly limits: {
    /** Requests that were refused by them. */
    readonly refused: number;
  };
  /** What one principal uses of this instance. `undefined` unless `health()` was asked about one. */
  readonly principal?: {
    /** Its requests that are being served; at most `maxRequestsPerClient`. */
    readonly requests: number;
    /** Bytes held for its requests and answers; at most `maxRequestBytesPerClient`. */
    readonly requestBytes: number;
    /** Its requests that were refused by `@McpLimit()` or the option `limits`, as far as is remembered. */
    readonly refused: number;
  };
  /** What clients cost, to compare with the limits. All of it is of this instance, but for what is stored on Redis. */
  readonly budgets: {
    /** Requests that are being served; at most `maxRequests`. */
    readonly requests: number;
    /** Bytes held for requests that are read or served, and for answers that are not read yet: see `maxRequestBytes`. */
    readonly requestBytes: number;
    /** The part of `requestBytes` that is answers which are not read yet. */
    readonly unreadBytes: number;
    /** Requests of the client that has the most; at most `maxRequestsPerClient`. */
    readonly largestRequestShare: number;
    /** Bytes held for the client that has the most; at most `maxRequestBytesPerClient`. */
    readonly largestRequestShareBytes: number;
    /** URIs in the filters of all open `subscriptions/listen` requests. */
    readonly listenUris: number;
    /**
     * Bytes stored for all clients: sessions, histories, kept answers, tasks; see `maxStoredBytes`. On Redis that is of
     * the whole fleet, as of the last report of this instance or the look before. 0 for parts of the application.
     */
    readonly storedBytes: number;
    /** Bytes stored for the client that has the most; see `maxStoredBytesPerClient`. */
    readonly largestStoredShareBytes: number;
    readonly maxRequests: number;
    readonly maxRequestBytes: number;
    readonly maxStoredBytes: number;
    readonly maxStoredBytesPerClient: number;
  };
}

const NO_FIGURES: AuditFigures = { recorded: 0, pending: 0, dropped: 0, failed: 0 };

/** @param of whose share is told, too */
export const healthOf = (runtime: McpRuntime, of: Principal | undefined): McpHealth =>
  of === undefined ? common(runtime) : { ...common(runtime), principal: shareOf(runtime, principalId(of)) };

const shareOf = ({ inFlight, http, bounds }: McpRuntime, client: string): McpHealth['principal'] => ({
  requests: inFlight.of(client),
  requestBytes: http.budget.of(client),
  refused: bounds.refusedTo(client),
});

const common = ({
  state,
  backends,
  http,
  engine,
  inFlight,
  tasks,
  stored,
  audit,
  bounds,
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
  audit: audit?.figures ?? NO_FIGURES,
  limits: { refused: bounds.refused },
  budgets: {
    requests: inFlight.size,
    requestBytes: http.budget.held,
    unreadBytes: http.budget.unread,
    largestRequestShare: inFlight.largestShare,
    largestRequestShareBytes: http.budget.largestShare,
    listenUris: engine.subscriptions.uris,
    storedBytes: stored.held,
    largestStoredShareBytes: stored.largestShare,
    maxRequests: options.maxRequests,
    maxRequestBytes: options.maxRequestBytes,
    maxStoredBytes: options.maxStoredBytes,
    maxStoredBytesPerClient: options.maxStoredBytesPerClient,
  },
});

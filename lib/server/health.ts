import type { BrokerStatus } from '../broker/message-broker.js';
import type { McpRuntime } from './mcp-runtime.js';

/** How this instance is, for the application's own health and readiness routes. Holds no ids and no keys (P15). */
export interface McpHealth {
  /** Whether a balancer should send requests here: false before the application has started, and from its shutdown on. */
  readonly ready: boolean;
  /**
   * Whether messages of other instances arrive. `down` is no reason to take an instance out by itself: if Redis is away it
   * is away for all of them, and plain modern requests are served without it. For minutes on one instance only, it is.
   */
  readonly broker: BrokerStatus;
  /** What is open here just now. */
  readonly open: {
    /** Event streams by GET, those that wait for Redis included. */
    readonly streams: number;
    readonly heldStreams: number;
    readonly subscriptions: number;
    readonly requests: number;
    readonly tasks: number;
  };
}

export const healthOf = ({ state, backends, http, engine, inFlight, tasks }: McpRuntime): McpHealth => ({
  ready: state === 'running',
  broker: backends.broker.status,
  open: {
    streams: http.streams.size,
    heldStreams: http.streams.held,
    subscriptions: engine.subscriptions.size,
    requests: inFlight.size,
    tasks: tasks.runner.size,
  },
});

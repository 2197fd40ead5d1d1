import type { FleetFigures } from '../telemetry/fleet-metrics.js';
import type { McpHealth } from './health.js';

/** What the metrics of this instance tell of what it holds. */
export function fleetFigures({ broker, open, budgets }: McpHealth): FleetFigures {
  const { requests, streams, heldStreams, subscriptions, tasks, requestBytes } = open;
  return {
    ...{ requests, streams, heldStreams, subscriptions, tasks, requestBytes },
    requestBytesLimit: budgets.maxRequestBytes,
    storedBytes: budgets.storedBytes,
    storedBytesLimit: budgets.maxStoredBytes,
    brokerUp: broker === 'up' ? 1 : 0,
  };
}

import { CallBounds } from '../../engine/call-bounds.js';
import type { LimitStore } from '../../limits/limit-store.js';
import { atOnce, requestLimits } from '../../options/limit-options.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';

/** Creates what bounds how often clients call this server, and how long and large a call may be. */
export function createBounds(store: LimitStore, options: ResolvedOptions): CallBounds {
  const { callTimeoutMs, maxResultBytes, maxStreamsPerClient, maxRunningTasksPerClient } = options;
  return new CallBounds(store, {
    limits: requestLimits(options),
    streams: atOnce('streams', maxStreamsPerClient),
    tasks: atOnce('tasks', maxRunningTasksPerClient),
    ...{ callTimeoutMs, maxResultBytes },
  });
}

import { guarded, listPrincipal } from './access.mjs';
import { delivery } from './delivery.mjs';
import { growthBytes, growthInFlight, growthTools } from './growth.mjs';
import { growthInstances } from './instances.mjs';
import { requests } from './requests.mjs';
import { growthSessions, sessions } from './sessions.mjs';
import { start } from './start.mjs';
import { fanOut } from './streams.mjs';

/**
 * What is measured, in this order. A workload has either `entries`, which a contest loads with requests, or `run()`, which
 * returns its samples. Workloads of one `batch` that follow each other are one contest,
 * which starts each of their servers once.
 */
export const WORKLOADS = [
  ...requests,
  growthBytes,
  growthInFlight,
  listPrincipal,
  guarded,
  start,
  fanOut,
  delivery,
  sessions,
  growthTools,
  growthSessions,
  growthInstances,
];

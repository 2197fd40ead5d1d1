/**
 * How thorough a run is. `isBrief` leaves out some servers that are variations of others, and `sharesServers` starts them
 * once for several workloads.
 */
export const PROFILES = {
  /** About half an hour. */
  full: {
    ...{ rounds: 7, seconds: 0.4, generations: 2, connections: 32, isBrief: false },
    ...{ warmUpSeconds: 10, leadSeconds: 0.2, sharesServers: false },
    ...{ streams: 2000, broadcasts: 15, sessions: 10_000, idleSeconds: 15, ttlSeconds: 60, starts: 7 },
    ...{ sessionCounts: [1, 100, 10_000], instanceCounts: [1, 2, 4], bytes: [1000, 100_000, 1_000_000] },
    ...{ toolCounts: [10, 100, 1000], inFlight: [1, 50, 500], inFlightMessages: 1024, rate: 1000 },
  },
  /** Under three minutes: a first look. */
  quick: {
    ...{ rounds: 3, seconds: 0.2, generations: 1, connections: 32, isBrief: true },
    ...{ warmUpSeconds: 3, leadSeconds: 0.1, sharesServers: true },
    ...{ streams: 500, broadcasts: 3, sessions: 500, idleSeconds: 1, ttlSeconds: 0, starts: 2 },
    ...{ sessionCounts: [1, 500], instanceCounts: [1, 4], bytes: [1000, 1_000_000] },
    ...{ toolCounts: [10, 1000], inFlight: [1, 500], inFlightMessages: 1024, rate: 1000 },
  },
  /** Whether everything runs and answers correctly. The figures mean nothing. */
  smoke: {
    ...{ rounds: 1, seconds: 0.02, generations: 1, connections: 8, isBrief: false },
    ...{ warmUpSeconds: 0, leadSeconds: 0, sharesServers: true },
    ...{ streams: 20, broadcasts: 1, sessions: 20, idleSeconds: 0.2, ttlSeconds: 0, starts: 1 },
    ...{ sessionCounts: [1, 10], instanceCounts: [1, 2], bytes: [1000, 1_000_000] },
    ...{ toolCounts: [10, 100], inFlight: [1, 50], inFlightMessages: 64, rate: 200 },
  },
};

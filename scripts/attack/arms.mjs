const MIB = 1024 * 1024;
/** More than the process can hold. */
const UNLIMITED = 4096 * MIB;
const BYTES_UNLIMITED = { maxRequestBytes: UNLIMITED, maxRequestBytesPerClient: UNLIMITED };

/**
 * What one client does, by the names of the findings in test/security/README.md. `control` are options that switch off
 * the limit in question: with them the arm must fail, or it would show nothing.
 */
export const ARMS = {
  a1: { what: 'bodies in chunks of one byte' },
  a2: { what: 'large values in `initialize` and in the arguments of tasks' },
  a3: { what: '400 listeners with 1000 URIs each, and a subscriber that is cut every 2 s', redis: true },
  a4: { what: 'requests that stay open, with bodies of 4 MB', control: BYTES_UNLIMITED },
  a5: { what: 'large answers, and batches of them, that nobody reads', control: BYTES_UNLIMITED },
  a6: {
    what: 'streamed answers of 4 MB that are kept for replay',
    control: { maxStoredBytes: UNLIMITED, maxStoredBytesPerClient: UNLIMITED },
  },
  a7: {
    what: 'bodies that never end, or are announced too large',
    control: { ...BYTES_UNLIMITED, maxBodyBytes: UNLIMITED },
  },
  a8: { what: 'listeners with 100 task ids each', redis: true },
  listeners: {
    what: '4000 honest listeners with 5 URIs each, and a cut of the connection of the subscriber',
    redis: true,
    maxWaitMs: 100,
    maxToldMs: 2000,
  },
  a10: { what: 'bodies with a million members', control: { maxJsonMembers: 1e9, maxBodyBytes: 16 * MIB } },
};

import type { CallRecord, InstanceReport } from '../../../lib/inspector/wire/index.js';

/** A report of an instance that has nothing to tell. */
export const reportOf = (id: string, more: Partial<InstanceReport> = {}): InstanceReport => ({
  instance: {
    ...{ id, name: id, version: '1.0.0', packageVersion: '0.1.0', node: 'v20.19.0', pid: 1, startedAt: 0 },
  },
  ...{ at: 0, sequence: 1, coversMs: 1000 },
  figures: {
    ...{ state: 'running', catalogHash: 'h', catalog: { tools: 0, resources: 0, templates: 0, prompts: 0 } },
    ...{ loopLagMs: { mean: 0, max: 0 }, cpu: 0, rssBytes: 0, heapUsedBytes: 0 },
    ...{ streams: 0, heldStreams: 0, listens: 0, requests: 0, requestBytes: 0, tasks: 0 },
    ...{ broker: 'up', brokerRoundTripMs: null, redisRoundTripMs: null, storedBytes: 0, limitsRefused: 0 },
  },
  ...{ calls: [], callsLeftOut: 0, running: [], runningLeftOut: 0, latencies: [] },
  ...{ refusals: [], refusalsLeftOut: 0, gaps: [], gapsLeftOut: 0, streams: [], streamsLeftOut: 0 },
  ...{ questions: [], questionsLeftOut: 0, tasks: [], tasksLeftOut: 0 },
  ...more,
});

export const callOf = (id: string, more: Partial<CallRecord> = {}): CallRecord => ({
  ...{ id, instance: 'a', startedAt: 0, method: 'tools/call', name: 'echo', era: 'modern', revision: '2026-07-28' },
  ...{ via: 'http', caller: { principal: 'anon' }, milliseconds: 1, outcome: 'ok' },
  ...more,
});

import type { AnswerRecord, CallRecord, RunningCall } from './call.js';
import type { GapRecord } from './gap.js';
import type { LatencySlice } from './latency.js';
import type { OpenQuestion } from './question.js';
import type { RefusalRecord } from './refusal.js';
import type { OpenStream } from './session.js';
import type { RunningTask } from './task.js';

/** What an instance is. It does not change while the instance runs, but for its catalogue. */
export interface InstanceInfo {
  /** Unique for each start of a process; what all records call `instance`. */
  readonly id: string;
  /** For people: the option `audit.instance`, or the name of the host and the number of the process. */
  readonly name: string;
  /** The version of the server, from its options. */
  readonly version: string;
  /** The version of this package. */
  readonly packageVersion: string;
  /** The version of Node, such as `v22.12.0`. */
  readonly node: string;
  readonly pid: number;
  /** ms since the epoch. */
  readonly startedAt: number;
}

/** The figures of one instance at one moment. */
export interface InstanceFigures {
  /** `starting`: it does not serve yet. `draining`: it finishes what it has and takes no more. */
  readonly state: 'starting' | 'running' | 'draining';
  /** What the server offers, as one short text: instances with different texts have different catalogues. */
  readonly catalogHash: string;
  /** How many there are. */
  readonly catalog: {
    readonly tools: number;
    readonly resources: number;
    readonly templates: number;
    readonly prompts: number;
  };
  /** How much later than planned the event loop ran, ms: the mean and the worst since the report before. */
  readonly loopLagMs: { readonly mean: number; readonly max: number };
  /** The part of one core that the process used since the report before, 0 to 1, or more with threads. */
  readonly cpu: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Event streams opened by GET, including those held. */
  readonly streams: number;
  /** The streams among them that are held open until Redis is available. */
  readonly heldStreams: number;
  /** Open `subscriptions/listen` requests. */
  readonly listens: number;
  /** Requests that are being served. */
  readonly requests: number;
  /** Bytes held for requests and for answers that are not read yet. */
  readonly requestBytes: number;
  /** Tasks that run here. */
  readonly tasks: number;
  /** Whether messages of other instances arrive. */
  readonly broker: 'up' | 'down';
  /** From a message on the broker to its arrival at the same instance, ms. `null` while it does not arrive. */
  readonly brokerRoundTripMs: number | null;
  /** A command to Redis and back, ms. `null` without Redis, or while it does not answer. */
  readonly redisRoundTripMs: number | null;
  /** Bytes stored for all clients. On Redis it is what the whole fleet has stored, as far as this instance knows. */
  readonly storedBytes: number;
  /** Requests refused by limits since the start. */
  readonly limitsRefused: number;
}

/**
 * What one instance says once in `reportIntervalMs` while somebody watches. Lists hold what has happened since the report
 * before, or what is open now; each is bounded, and what did not fit is counted.
 */
export interface InstanceReport {
  readonly instance: InstanceInfo;
  /** When it was made, by the clock of the instance, ms since the epoch. */
  readonly at: number;
  /** Counts from 1 since the instance began to be watched; a jump means that reports were lost. */
  readonly sequence: number;
  /** The time that it covers, ms. */
  readonly coversMs: number;
  readonly figures: InstanceFigures;
  /** Calls that have ended, oldest first. */
  readonly calls: readonly CallRecord[];
  /** Calls that have ended and are not in `calls`, because there were too many. `latencies` count them, too. */
  readonly callsLeftOut: number;
  /** Calls that run, longest running first. */
  readonly running: readonly RunningCall[];
  readonly runningLeftOut: number;
  /** How long calls took, by what they called. */
  readonly latencies: readonly LatencySlice[];
  /** Requests that were refused at the endpoint, before a method ran. */
  readonly refusals: readonly RefusalRecord[];
  readonly refusalsLeftOut: number;
  /** Clients that were told that they missed something. */
  readonly gaps: readonly GapRecord[];
  readonly gapsLeftOut: number;
  /** Streams of sessions that hang on this instance. */
  readonly streams: readonly OpenStream[];
  readonly streamsLeftOut: number;
  /** Questions to clients that are not answered yet. */
  readonly questions: readonly OpenQuestion[];
  readonly questionsLeftOut: number;
  /** Answers to questions that have come to this instance. The steps of calls have them already. */
  readonly answers?: readonly AnswerRecord[];
  /** Tasks that run on this instance. */
  readonly tasks: readonly RunningTask[];
  readonly tasksLeftOut: number;
}

/** An instance as the page gets it when it begins to watch. */
export interface InstanceView {
  /** Its last report. `calls`, `latencies`, `refusals` and `gaps` in it are empty: the snapshot has its own. */
  readonly report: InstanceReport;
  /** When the report arrived, by the clock of the instance that the page is connected to, ms since the epoch. */
  readonly seenAt: number;
  /** Set once it has gone. */
  readonly gone?: GoneInstance;
}

/** An instance that is not there any more. It is forgotten a minute later. */
export interface GoneInstance {
  /** `InstanceInfo.id`. */
  readonly instance: string;
  /** By the clock of the instance that the page is connected to, ms since the epoch. */
  readonly at: number;
  /** `closed`: it said goodbye. `lost`: it was killed, or cannot be reached, as nothing was heard for `goneAfterMs`. */
  readonly reason: 'closed' | 'lost';
}

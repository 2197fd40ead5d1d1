import assert from 'node:assert/strict';
import type { MessageBroker } from '../../broker/message-broker.js';
import type { SessionKey } from '../../session/session-record.js';
import type { SessionStore } from '../../session/session-store.js';
import { compareEntryIds } from '../../stream/entry-id.js';
import {
  type AppendOptions,
  type EventLog,
  type LogEntry,
  STANDALONE_STREAM,
  STREAM_START,
  type StreamPage,
} from '../../stream/event-log.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

/**
 * The limits that `eventLogContract()` requires of the log and its session store.
 *
 * @publicApi
 */
export interface EventLogLimits {
  readonly idleTtlMs: number;
  readonly maxHistory: number;
  readonly maxHistoryBytes: number;
  readonly historyTtlMs: number;
  readonly resultTtlMs: number;
  readonly maxStreams: number;
}

/**
 * The set-up of one test of `eventLogContract()`.
 *
 * @publicApi
 */
export interface EventLogSetup extends Disposable {
  readonly log: EventLog;
  /** The log of another instance with the same entries. Default: `log`. */
  readonly peer?: EventLog;
  /** The session store that belongs to the log. */
  readonly store: SessionStore;
  /** The broker that belongs to the log. */
  readonly broker: MessageBroker;
  /** Lets time pass: advances an injected clock, or waits if the backend has its own clock. */
  readonly advance: (ms: number) => Promise<void>;
}

/**
 * The event log under test of `eventLogContract()`.
 *
 * @publicApi
 */
export interface EventLogContract {
  /** Creates an empty log with an empty session store. */
  readonly create: (limits: EventLogLimits) => Promise<EventLogSetup>;
}

/** @internal */
export const LIMITS: EventLogLimits = {
  idleTtlMs: 3000,
  maxHistory: 100,
  maxHistoryBytes: 100_000,
  historyTtlMs: 400,
  resultTtlMs: 1200,
  maxStreams: 8,
};

export const ALICE: SessionKey = { principal: 'alice', id: 'session-1' };
export const STANDALONE = STANDALONE_STREAM;

export const createSession = (store: SessionStore, key: SessionKey): Promise<void> =>
  store.create({ ...key, revision: '2025-06-18', clientCapabilities: {}, initialized: true });

export const appendEntry = async (
  log: EventLog,
  stream: string,
  data: string,
  options?: AppendOptions,
): Promise<string> => {
  const outcome = await log.append(ALICE, stream, data, options);
  assert.equal(outcome.kind, 'appended');
  return outcome.kind === 'appended' ? outcome.id : '';
};

export const entriesAfter = async (
  log: EventLog,
  stream: string,
  cursor = STREAM_START,
): Promise<readonly LogEntry[]> => (await log.read(ALICE, stream, cursor, 10_000)).entries;

export const assertLinked = (entries: readonly LogEntry[], from: string): void => {
  let cursor = from;
  for (const { id, previous } of entries) {
    assert.equal(previous, cursor);
    if (cursor !== STREAM_START) assert.ok(compareEntryIds(id, cursor) > 0, `${id} comes after ${cursor}`);
    assert.match(id, /^[0-9]{1,16}-[0-9]{1,10}$/);
    cursor = id;
  }
};

export const assertEmpty = (page: StreamPage, rest: Pick<StreamPage, 'known' | 'fence' | 'ended'>): void => {
  const { entries, last, final, known, fence, ended } = page;
  assert.deepEqual(
    { entries, last, final, known, fence, ended },
    { entries: [], last: STREAM_START, final: undefined, ...rest },
  );
};

/** @internal Each test starts with one session, `ALICE`. */
export const withSession = (runner: Runner, { create }: EventLogContract) =>
  withSetup(
    runner,
    async (limits: EventLogLimits): Promise<EventLogSetup> => {
      const setup = await create(limits);
      await createSession(setup.store, ALICE);
      return setup;
    },
    LIMITS,
  );

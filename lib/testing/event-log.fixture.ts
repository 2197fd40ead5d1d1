import assert from 'node:assert/strict';
import type { MessageBroker } from '../broker/message-broker.js';
import type { SessionKey } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import { compareEntryIds } from '../stream/entry-id.js';
import {
  type AppendOptions,
  type EventLog,
  type LogEntry,
  STANDALONE_STREAM,
  STREAM_START,
  type StreamPage,
} from '../stream/event-log.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

export interface EventLogLimits {
  readonly idleTtlMs: number;
  readonly maxHistory: number;
  readonly maxHistoryBytes: number;
  readonly historyTtlMs: number;
  readonly resultTtlMs: number;
  readonly maxStreams: number;
}

export interface EventLogSetup extends Disposable {
  readonly log: EventLog;
  /** The same log as another instance has it; without one, `log` again. */
  readonly peer?: EventLog;
  /** The store and the broker that belong to the log. */
  readonly store: SessionStore;
  readonly broker: MessageBroker;
  /** Lets time pass: sets an injected clock forward, or waits where the backend has a clock of its own. */
  readonly advance: (ms: number) => Promise<void>;
}

export interface EventLogContract {
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
export const G = STANDALONE_STREAM;

export const begin = (store: SessionStore, key: SessionKey): Promise<void> =>
  store.create({ ...key, revision: '2025-06-18', clientCapabilities: {}, initialized: true });

export const appended = async (
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

export const assertEmpty = (tail: StreamPage, rest: Pick<StreamPage, 'known' | 'fence' | 'ended'>): void => {
  const { entries, last, final, known, fence, ended } = tail;
  assert.deepEqual(
    { entries, last, final, known, fence, ended },
    { entries: [], last: STREAM_START, final: undefined, ...rest },
  );
};

/** @internal Each test has one session, `ALICE`. */
export const withSession = (runner: Runner, { create }: EventLogContract) =>
  withSetup(
    runner,
    async (limits: EventLogLimits): Promise<EventLogSetup> => {
      const setup = await create(limits);
      await begin(setup.store, ALICE);
      return setup;
    },
    LIMITS,
  );

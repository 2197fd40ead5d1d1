import { sessionKeyText } from '../../session/session-key.js';
import type { SessionRecord } from '../../session/session-record.js';
import { SessionLimitError } from '../../session/session-store.js';
import { commandOwner } from '../command-owner.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import type { RedisKeys } from '../keys.js';
import { flag } from './session-fields.js';
import type { SessionLists } from './session-lists.js';

export interface SessionAdmissionOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly lists: SessionLists;
  /** Maximum number of sessions of all instances together. */
  readonly maxSessions: number;
  /** The part of them that one client may have. */
  readonly maxSessionsPerClient: number;
  /** Ends a session of a full list. @returns whether there is room now */
  readonly makeRoom: (list: string) => Promise<boolean>;
}

/** What is written of a session that is created. */
export interface NewSession {
  readonly record: SessionRecord;
  /** The record as it is stored. */
  readonly packed: string;
  /** Whose share it counts for. */
  readonly client: string;
  readonly ttlMs: number;
}

/** A place on a list lives longer than its session by this factor. */
const LIST_TTL = 1.1;

/** Creates sessions, each with its places on the lists, if there is room for one more. */
export class SessionAdmission {
  constructor(private readonly options: SessionAdmissionOptions) {}

  /** @throws {SessionLimitError} if there is no room for another session, in total or in the share of its client */
  async create(session: NewSession): Promise<void> {
    const { record, client } = session;
    const { result } = await this.options.lists.together(record, client, (lists) =>
      lists.length > 0 ? this.#inOneStep(session, lists) : this.#inSteps(session),
    );
    if (result !== 1) throw new Error('A session with this key already exists; session ids must never repeat.');
  }

  async #inOneStep(session: NewSession, lists: readonly string[]): Promise<number> {
    const { commands, keys, lists: all, maxSessions, maxSessionsPerClient, makeRoom } = this.options;
    const { record } = session;
    const places = [sessionKeyText(record), listTtlOf(session), maxSessionsPerClient, maxSessions, all.keptMs];
    const open = (): Promise<number | 'share' | 'total'> =>
      commands
        .for(commandOwner(record))
        .run('openSession', [keys.session(record), ...lists], [...fieldsOf(session), ...places, record.principal]);
    let outcome = await open();
    // Two lists are limited, and each may have to make room.
    if (outcome === 'share' && (await makeRoom(lists[0]!))) outcome = await open();
    if (outcome === 'total' && (await makeRoom(lists[1]!))) outcome = await open();
    if (outcome === 'share') throw this.#noShare();
    if (outcome === 'total') throw new SessionLimitError(maxSessions);
    return outcome;
  }

  async #inSteps(session: NewSession): Promise<number> {
    const { commands, keys, lists, maxSessions, maxSessionsPerClient } = this.options;
    const { record } = session;
    const ofClient = keys.sessionsOfClient(session.client);
    const listTtlMs = listTtlOf(session);
    if (!(await this.#admit(ofClient, record, maxSessionsPerClient, listTtlMs))) throw this.#noShare();
    if (!(await this.#admit(keys.allSessions, record, maxSessions, listTtlMs))) {
      await lists.withdraw(ofClient, record);
      throw new SessionLimitError(maxSessions);
    }
    await lists.add(record, listTtlMs);
    return commands.for(commandOwner(record)).run<number>('createSession', [keys.session(record)], fieldsOf(session));
  }

  /** Adds a session to a list, on which another one may have to make room for it. */
  async #admit(list: string, record: SessionRecord, limit: number, ttlMs: number): Promise<boolean> {
    const { lists, makeRoom } = this.options;
    const admit = (): Promise<boolean> => lists.admit(list, record, limit, ttlMs);
    return (await admit()) || ((await makeRoom(list)) && admit());
  }

  /** A share that is all of them is no share. */
  #noShare(): SessionLimitError {
    const { maxSessions, maxSessionsPerClient } = this.options;
    return new SessionLimitError(maxSessionsPerClient, maxSessionsPerClient < maxSessions ? 'share' : 'total');
  }
}

const listTtlOf = ({ ttlMs }: NewSession): number => Math.ceil(ttlMs * LIST_TTL);

const fieldsOf = ({ record, packed, client, ttlMs }: NewSession): (string | number)[] => [
  packed,
  flag(record.initialized),
  record.logLevel ?? '',
  ttlMs,
  client,
];

import type { Limit } from '../limits/limit.js';
import type { RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import type { TaskKey } from '../task/task-record.js';
import { digest, RecentDigests } from './digest.js';

/**
 * Every name that this server uses in Redis, each with its type and lifetime. Two servers with different namespaces
 * share nothing. Keys that one script uses together share a hash tag, so they are in the same slot of a cluster.
 */
export class RedisKeys {
  readonly #digests = new RecentDigests();

  /** @param namespace the prefix of every name: the option `redisPrefix` and the name of the server */
  constructor(
    readonly namespace: string,
    private readonly database = 0,
  ) {}

  /** Hash: the record, the heads of its streams, and the last call of each producer. Idle TTL, extended by `load`. */
  session(key: SessionKey): string {
    return `${this.#of(key)}s`;
  }

  /** Set: the URIs the session is subscribed to. Idle TTL, extended with that of the session. */
  subscriptions(key: SessionKey): string {
    return `${this.#of(key)}u`;
  }

  /** Prefix of the name of a stream. Stream: its entries. `historyTtlMs`, extended by each append. */
  logs(key: SessionKey): string {
    return `${this.#of(key)}l:`;
  }

  /** Prefix of the name of a stream. String: its final message. `resultTtlMs`. */
  results(key: SessionKey): string {
    return `${this.#of(key)}res:`;
  }

  /** Hash: an outstanding request to the client. Until a minute after its deadline. */
  request(key: SessionKey, id: RequestId): string {
    return `${this.#of(key)}req:${digest(JSON.stringify(id))}`;
  }

  /** Sorted set: all sessions by expiry. Somewhat longer than the idle TTL, extended with every session. */
  get allSessions(): string {
    return `${this.namespace}:{all}`;
  }

  /** Sorted set: the sessions of one principal, with the same lifetime. */
  sessionsOf(principal: string): string {
    return `${this.namespace}:{p:${encode(principal)}}`;
  }

  /** Sorted set: the sessions that count for one client, with the same lifetime. */
  sessionsOfClient(client: string): string {
    return `${this.namespace}:{c:${this.#digests.of(client)}}`;
  }

  /** String: the principal of a session id. Somewhat longer than the idle TTL, extended with the session. */
  owner(id: string): string {
    return `${this.namespace}:{id:${encode(id)}}`;
  }

  /** String: a used nonce. As long as the state or the proof it belongs to. */
  nonce(nonce: string): string {
    return `${this.namespace}:nonce:${encode(nonce)}`;
  }

  /** String: the keys that seal request states. A week, extended by every instance each hour. */
  get keyRing(): string {
    return `${this.namespace}:keyring`;
  }

  /** Hash: a task. The TTL of the task, from its creation. */
  task({ principal, id }: TaskKey): string {
    return `${this.namespace}:{task:${encode(principal)}:${encode(id)}}`;
  }

  /** Sorted sets: the ids of a principal's tasks by creation and by expiry. As long as the last of these tasks. */
  tasksOf(principal: string): readonly [byCreation: string, byExpiry: string] {
    const tag = `${this.namespace}:{tasks:${encode(principal)}}`;
    return [`${tag}:c`, `${tag}:x`];
  }

  /** Sorted set: all tasks by expiry. As long as the last of these tasks. */
  get allTasks(): string {
    return `${this.namespace}:{tasks}`;
  }

  /** Hash and two sorted sets: the account of what is stored for clients. As long as the last of what it counts. */
  get stored(): readonly [amounts: string, expiry: string, clients: string] {
    const tag = `${this.namespace}:{stored}`;
    return [`${tag}:a`, `${tag}:x`, `${tag}:c`];
  }

  /**
   * String and sorted set: what one client, or all of them, have used of one limit, and what they use just now. Until it
   * has come back, and until the leases expire. The limits of one thing are in one slot.
   */
  limit({ what, index, per }: Limit, client: string): readonly [rate: string, leases: string] {
    const key = `${this.namespace}:{l:${this.#digests.of(what)}}:${index}:${per === 'server' ? 'all' : this.#digests.of(client)}`;
    return [`${key}:r`, `${key}:c`];
  }

  /** String: the heartbeat of one instance. `instanceTtlMs`, set again after a third of it. */
  heartbeat(id: string): string {
    return `${this.namespace}:i:${encode(id)}`;
  }

  /** Broker channel: the signals of a session. */
  signals(key: SessionKey): string {
    return `${tagOf(key)}:c`;
  }

  /** Broker channel: the sessions that have ended or changed, of which instances may know. */
  get sessionChanges(): string {
    return '{:sessions}:c';
  }

  /** Broker channel: signals for requests that wait on one instance. The name of its probe channel begins with it. */
  instance(id: string): string {
    return `i:${encode(id)}:c`;
  }

  /**
   * The name of a broker channel in Redis. Redis knows no databases for channels: without the number, servers with one
   * namespace on two databases would receive each other's messages.
   */
  wire(channel: string): string {
    return this.database === 0 ? `${this.namespace}:${channel}` : `${this.namespace}:@${this.database}:${channel}`;
  }

  #of(key: SessionKey): string {
    return `${this.namespace}:${tagOf(key)}:`;
  }
}

/** The hash tag of a session, which puts everything that belongs to it into one slot. */
export const tagOf = ({ principal, id }: SessionKey): string => `{${encode(principal)}:${encode(id)}}`;

/**
 * Encodes input so that it can never change a slot or become part of another name. It encodes UTF-16 code units, so
 * that different texts stay different: in UTF-8, all lone surrogates become the same bytes.
 */
export const encode = (text: string): string => (SPECIAL.test(text) ? encodeSpecial(text) : text);

const SPECIAL = /[^A-Za-z0-9_-]/;
const EACH_SPECIAL = new RegExp(SPECIAL, 'g');
const encodeSpecial = (text: string): string =>
  text.replace(EACH_SPECIAL, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

import { createHash } from 'node:crypto';
import type { RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import type { TaskKey } from '../task/task-record.js';

/**
 * Every name this server gives to anything in Redis, each with how long it lives. Two servers with different namespaces
 * have nothing in common. What a script touches together shares one hash tag, so it lies in one slot of a cluster.
 */
export class RedisKeys {
  /** @param namespace in front of everything: the option `redisPrefix` and the server's name */
  constructor(readonly namespace: string) {}

  /** Hash: the record, the heads of its streams, what its producers sent last. Idle TTL, slid by `load`. */
  session(key: SessionKey): string {
    return `${this.#of(key)}s`;
  }

  /** Set: the URIs it is subscribed to. Idle TTL, slid with the session. */
  subscriptions(key: SessionKey): string {
    return `${this.#of(key)}u`;
  }

  /** In front of a stream's name. Stream: its entries. `historyTtlMs`, slid by each append. */
  logs(key: SessionKey): string {
    return `${this.#of(key)}l:`;
  }

  /** In front of a stream's name. String: its final message. `resultTtlMs`. */
  results(key: SessionKey): string {
    return `${this.#of(key)}res:`;
  }

  /** Hash: a request to the client that waits for its answer. Its deadline and a minute. */
  request(key: SessionKey, id: RequestId): string {
    return `${this.#of(key)}req:${digest(JSON.stringify(id))}`;
  }

  /** Sorted set of all sessions, by when they expire. Idle TTL and some, slid with every session. */
  get allSessions(): string {
    return `${this.namespace}:{all}`;
  }

  /** The same for one principal. */
  sessionsOf(principal: string): string {
    return `${this.namespace}:{p:${encode(principal)}}`;
  }

  /** The same for the subscribers of one resource. */
  subscribersOf(uri: string): string {
    return `${this.namespace}:{uri:${digest(uri)}}`;
  }

  /** String: the principal of a session id. Idle TTL and some, slid with the session. */
  owner(id: string): string {
    return `${this.namespace}:{id:${encode(id)}}`;
  }

  /** String: a used nonce. The lifetime of the state it belongs to. */
  nonce(nonce: string): string {
    return `${this.namespace}:nonce:${encode(nonce)}`;
  }

  /** String: the keys that seal request states. A week, slid by every instance each hour. */
  get keyRing(): string {
    return `${this.namespace}:keyring`;
  }

  /** Hash: the whole task. The task's own TTL, from its creation. */
  task({ principal, id }: TaskKey): string {
    return `${this.namespace}:{task:${encode(principal)}:${encode(id)}}`;
  }

  /** Sorted sets: ids of a principal's tasks by creation, and by when they expire. As long as the last of them. */
  tasksOf(principal: string): readonly [byCreation: string, byExpiry: string] {
    const tag = `${this.namespace}:{tasks:${encode(principal)}}`;
    return [`${tag}:c`, `${tag}:x`];
  }

  /** Sorted set of all tasks, by when they expire. As long as the last of them. */
  get allTasks(): string {
    return `${this.namespace}:{tasks}`;
  }

  /** String: a sign of life of one instance. `instanceTtlMs`, set again at a third of it. */
  heartbeat(id: string): string {
    return `${this.namespace}:i:${encode(id)}`;
  }

  /** Broker channel of a session's doorbells. */
  signals(key: SessionKey): string {
    return `${tagOf(key)}:c`;
  }

  /** Broker channel of one instance: answers for its waiters, and its probe. */
  instance(id: string): string {
    return `i:${encode(id)}:c`;
  }

  /** The name in Redis of a channel of the broker. */
  wire(channel: string): string {
    return `${this.namespace}:${channel}`;
  }

  #of(key: SessionKey): string {
    return `${this.namespace}:${tagOf(key)}:`;
  }
}

/** The only place that knows hash tags: everything of one session is in one slot. */
export const tagOf = ({ principal, id }: SessionKey): string => `{${encode(principal)}:${encode(id)}}`;

/**
 * Input must never alter a slot or become part of another name. By code unit, so that no two texts become the same: bytes
 * of UTF-8 would not tell lone surrogates apart.
 */
export const encode = (text: string): string =>
  text.replace(/[^A-Za-z0-9_-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** For what may be long, or is none of anybody's business. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 32);

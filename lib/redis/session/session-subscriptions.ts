import type { SessionKey } from '../../session/session-record.js';
import { commandOwner } from '../command-owner.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import type { RedisKeys } from '../keys.js';
import type { StoredSessions } from '../stored/stored-sessions.js';

export type Subscribed = 'subscribed' | 'unknown' | 'limit';

/** The resources to which sessions are subscribed: a set of URIs beside the record of each session. */
export class SessionSubscriptions {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: RedisKeys,
    /** Of one session. */
    private readonly max: number,
    private readonly stored: StoredSessions | undefined,
  ) {}

  async add(key: SessionKey, uri: string): Promise<Subscribed> {
    if (this.stored && !this.stored.hasRoom(key, uri)) return 'limit';
    const reply = await this.#of(key).run<Subscribed | ['subscribed', bytes: number, ttlMs: number]>(
      'subscribe',
      this.#keysOf(key),
      [uri, this.max],
    );
    if (typeof reply === 'string') return reply;
    this.stored?.subscribed(key, reply[1], reply[2]);
    return reply[0];
  }

  async remove(key: SessionKey, uri: string): Promise<boolean> {
    return (await this.#of(key).run<number>('unsubscribe', this.#keysOf(key), [uri])) === 1;
  }

  of(key: SessionKey): Promise<string[]> {
    return this.#of(key).send('smembers', this.keys.subscriptions(key));
  }

  #of(key: SessionKey): RedisCommands {
    return this.commands.for(commandOwner(key));
  }

  #keysOf(key: SessionKey): string[] {
    return [this.keys.session(key), this.keys.subscriptions(key)];
  }
}

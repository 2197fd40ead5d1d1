import { randomUUID } from 'node:crypto';
import { NonceStore } from '../../interaction/nonce-store.js';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';

/** The used nonces of a fleet. */
export class RedisNonceStore extends NonceStore {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: RedisKeys,
  ) {
    super();
  }

  override async use(nonce: string, ttlMs: number): Promise<boolean> {
    // Each use has an id: a command that is sent again after a lost connection must not be refused because of itself.
    return (await this.commands.run<number>('useNonce', [this.keys.nonce(nonce)], [randomUUID(), ttlMs])) === 1;
  }
}

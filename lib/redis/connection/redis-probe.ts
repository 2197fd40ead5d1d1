import type { RedisCommands } from './redis-commands.js';

/** Looks at Redis for who operates the server. */
export class RedisProbe {
  constructor(private readonly commands: RedisCommands) {}

  /** How long a command takes, there and back, ms. Its turn on the connection counts. */
  async roundTrip(): Promise<number> {
    const sentAt = performance.now();
    await this.commands.send('time');
    return Math.round((performance.now() - sentAt) * 1000) / 1000;
  }
}

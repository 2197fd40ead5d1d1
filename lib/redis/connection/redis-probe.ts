import { type FamilyMemory, sumOf } from './key-families.js';
import { keyMemory } from './key-memory.js';
import type { RedisCommands } from './redis-commands.js';
import { RedisRefusedError } from './redis-commands.js';
import { infoOf } from './redis-info.js';

/** What the server keeps in Redis. */
export interface RedisSample {
  readonly families: readonly FamilyMemory[];
  /** Whether all keys were seen. */
  readonly complete: boolean;
  /** Of all masters of a cluster together, as are the others. `null` if the user of Redis may not ask. */
  readonly usedBytes: number | null;
  /** 0 if one of them has no limit. */
  readonly maxBytes: number | null;
  readonly commandsPerSecond: number | null;
}

/** Looks at Redis for who operates the server. */
export class RedisProbe {
  /** @param namespace with which the keys of this server begin */
  constructor(
    private readonly commands: RedisCommands,
    private readonly namespace: string,
  ) {}

  /** How long a command takes, there and back, ms. Its turn on the connection counts. */
  async roundTrip(): Promise<number> {
    const sentAt = performance.now();
    await this.commands.send('time');
    return Math.round((performance.now() - sentAt) * 1000) / 1000;
  }

  /** A sample of the memory that the keys of this server take. What the user of Redis may not ask is missing in it. */
  async sample(): Promise<RedisSample> {
    const { masters } = this.commands;
    const [keys, infos] = await Promise.all([
      Promise.all(masters.map((master) => keyMemory(master, this.namespace, masters.length))).catch(onlyIfRefused),
      Promise.all(masters.map(infoOf)).catch(onlyIfRefused),
    ]);
    const figures = (name: string): number[] =>
      (infos ?? []).flatMap((info) => (info.has(name) ? [Number(info.get(name))] : []));
    const limits = figures('maxmemory');
    return {
      families: sumOf((keys ?? []).flatMap(({ families }) => families)),
      complete: keys !== undefined && keys.length > 0 && keys.every(({ complete }) => complete),
      usedBytes: total(figures('used_memory')),
      maxBytes: limits.includes(0) ? 0 : total(limits),
      commandsPerSecond: total(figures('instantaneous_ops_per_sec')),
    };
  }
}

const total = (figures: readonly number[]): number | null =>
  figures.length > 0 ? figures.reduce((sum, figure) => sum + figure, 0) : null;

function onlyIfRefused(error: unknown): undefined {
  if (!(error instanceof RedisRefusedError)) throw error;
}

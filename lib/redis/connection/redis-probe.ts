import { type FamilyMemory, familyOf } from './key-families.js';
import type { RedisCommands } from './redis-commands.js';
import { RedisRefusedError } from './redis-commands.js';
import { infoOf } from './redis-info.js';

/** What is looked at once: keys that one step sees, and steps. */
const KEYS_PER_STEP = 200;
const MAX_STEPS = 50;
/** Keys of a family whose size is asked for. */
const MAX_MEASURED = 20;

/** What the server keeps in Redis. */
export interface RedisSample {
  readonly families: readonly FamilyMemory[];
  /** Whether all keys were seen. */
  readonly complete: boolean;
  /** `null` if the user of Redis may not ask. */
  readonly usedBytes: number | null;
  readonly maxBytes: number | null;
  readonly commandsPerSecond: number | null;
}

type ScanReply = readonly [cursor: string, keys: readonly string[]];

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
    const [keys, info] = await Promise.all([
      this.#keys().catch(onlyIfRefused),
      infoOf(this.commands).catch(onlyIfRefused),
    ]);
    const figure = (name: string): number | null => (info?.has(name) ? Number(info.get(name)) : null);
    return {
      families: keys?.families ?? [],
      complete: keys?.complete ?? false,
      usedBytes: figure('used_memory'),
      maxBytes: figure('maxmemory'),
      commandsPerSecond: figure('instantaneous_ops_per_sec'),
    };
  }

  async #keys(): Promise<{ families: readonly FamilyMemory[]; complete: boolean } | undefined> {
    // The nodes of a cluster would have to be looked through one by one.
    if (this.commands.isCluster) return undefined;
    const { byFamily, complete } = await this.#scan();
    const families: FamilyMemory[] = [];
    for (const [family, keys] of byFamily) families.push(await this.#measure(family, [...keys]));
    return { families, complete };
  }

  async #scan(): Promise<{ byFamily: Map<string, Set<string>>; complete: boolean }> {
    const byFamily = new Map<string, Set<string>>();
    const pattern = `${escaped(this.namespace)}:*`;
    let cursor = '0';
    for (let step = 0; step < MAX_STEPS; step++) {
      const found: ScanReply = await this.commands.send('scan', cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_STEP);
      cursor = found[0];
      for (const key of found[1]) {
        const family = familyOf(key.slice(this.namespace.length + 1));
        const known = byFamily.get(family);
        if (known) known.add(key);
        else byFamily.set(family, new Set([key]));
      }
      if (cursor === '0') break;
    }
    return { byFamily, complete: cursor === '0' };
  }

  async #measure(family: string, keys: readonly string[]): Promise<FamilyMemory> {
    const chosen = evenly(keys, MAX_MEASURED);
    const sizes = await Promise.all(chosen.map((key) => this.commands.send<number | null>('memory', 'USAGE', key)));
    // One that has expired meanwhile has none.
    const known = sizes.filter((size) => size !== null);
    const mean = known.reduce((sum, size) => sum + size, 0) / Math.max(1, known.length);
    const bytes = Math.round(mean * keys.length);
    return { family, keys: keys.length, measured: known.length, bytes, largestBytes: Math.max(0, ...known) };
  }
}

/** `SCAN` has them in the order of their hashes, so that any of them are as good as others. */
function evenly<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)]!);
}

/** What the prefix may have in it means something else in a pattern. */
const escaped = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

function onlyIfRefused(error: unknown): undefined {
  if (!(error instanceof RedisRefusedError)) throw error;
}

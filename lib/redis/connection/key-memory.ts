import { type FamilyMemory, familyOf } from './key-families.js';
import type { RedisCommands } from './redis-commands.js';

/** What is looked at once: keys that one step sees, and steps of all nodes together. */
const KEYS_PER_STEP = 200;
const MAX_STEPS = 50;
/** Keys of a family whose size is asked for, of all nodes together. */
const MAX_MEASURED = 20;

/** What the keys of one node take. */
export interface KeyMemory {
  readonly families: readonly FamilyMemory[];
  /** Whether all keys were seen. */
  readonly complete: boolean;
}

type ScanReply = readonly [cursor: string, keys: readonly string[]];

/**
 * Estimates what the keys of this server on one node take.
 *
 * @param namespace with which they begin
 * @param nodes among which the work is divided
 */
export async function keyMemory(node: RedisCommands, namespace: string, nodes: number): Promise<KeyMemory> {
  const { byFamily, complete } = await scan(node, namespace, Math.ceil(MAX_STEPS / nodes));
  const families: FamilyMemory[] = [];
  for (const [family, keys] of byFamily) {
    families.push(await measure(node, family, [...keys], Math.ceil(MAX_MEASURED / nodes)));
  }
  return { families, complete };
}

async function scan(
  node: RedisCommands,
  namespace: string,
  maxSteps: number,
): Promise<{ byFamily: Map<string, Set<string>>; complete: boolean }> {
  const byFamily = new Map<string, Set<string>>();
  const pattern = `${escaped(namespace)}:*`;
  let cursor = '0';
  for (let step = 0; step < maxSteps; step++) {
    const found: ScanReply = await node.send('scan', cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_STEP);
    cursor = found[0];
    for (const key of found[1]) {
      const family = familyOf(key.slice(namespace.length + 1));
      const known = byFamily.get(family);
      if (known) known.add(key);
      else byFamily.set(family, new Set([key]));
    }
    if (cursor === '0') break;
  }
  return { byFamily, complete: cursor === '0' };
}

async function measure(
  node: RedisCommands,
  family: string,
  keys: readonly string[],
  most: number,
): Promise<FamilyMemory> {
  const chosen = evenly(keys, most);
  const sizes = await Promise.all(chosen.map((key) => node.send<number | null>('memory', 'USAGE', key)));
  // One that has expired meanwhile has none.
  const known = sizes.filter((size) => size !== null);
  const mean = known.reduce((sum, size) => sum + size, 0) / Math.max(1, known.length);
  const bytes = Math.round(mean * keys.length);
  return { family, keys: keys.length, measured: known.length, bytes, largestBytes: Math.max(0, ...known) };
}

/** `SCAN` has them in the order of their hashes, so that any of them are as good as others. */
function evenly<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)]!);
}

/** What the prefix may have in it means something else in a pattern. */
const escaped = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

/** What the keys of one kind take. */
export interface FamilyMemory {
  readonly family: string;
  readonly keys: number;
  /** Keys among them that were measured. */
  readonly measured: number;
  /** Of all of them, estimated. */
  readonly bytes: number;
  readonly largestBytes: number;
}

/** The kinds of `RedisKeys`, each by what its names have after the namespace. */
const FAMILIES: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['broadcasts', /^\{:all\}:/],
  ['tasks', /^\{task:/],
  ['lists', /^\{(?:tasks|all|p:|c:|id:)/],
  ['limits', /^\{l:/],
  ['account', /^\{stored\}/],
  ['sessions', /^\{[^}]*\}:[su]$/],
  ['streams', /^\{[^}]*\}:l:/],
  ['results', /^\{[^}]*\}:res:/],
  ['questions', /^\{[^}]*\}:req:/],
  ['heartbeats', /^i:/],
  ['nonces', /^nonce:/],
  ['keys', /^keyring$/],
];

/** @param name of a key, after the namespace */
export const familyOf = (name: string): string => FAMILIES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';

/** What families take that stand there once for each node. */
export function sumOf(parts: readonly FamilyMemory[]): FamilyMemory[] {
  const sums = new Map<string, FamilyMemory>();
  for (const { family, keys, measured, bytes, largestBytes } of parts) {
    const sum = sums.get(family) ?? { family, keys: 0, measured: 0, bytes: 0, largestBytes: 0 };
    sums.set(family, {
      family,
      keys: sum.keys + keys,
      measured: sum.measured + measured,
      bytes: sum.bytes + bytes,
      largestBytes: Math.max(sum.largestBytes, largestBytes),
    });
  }
  return [...sums.values()];
}

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

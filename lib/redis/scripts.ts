import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** The scripts, by the name and the number of keys of their files. */
const SCRIPTS = {
  answer: 1,
  append: 1,
  claim: 1,
  create: 1,
  end: 2,
  enlist: 1,
  expect: 1,
  keyRing: 1,
  load: 2,
  once: 1,
  release: 1,
  subscribe: 2,
  tail: 1,
  undertake: 1,
  unsubscribe: 2,
  update: 1,
} as const;

export type ScriptName = keyof typeof SCRIPTS;

/** Those that know streams begin with `head.lua`. */
const WITH_HEAD: ReadonlySet<ScriptName> = new Set([
  'answer',
  'append',
  'claim',
  'end',
  'release',
  'tail',
  'undertake',
]);

const read = (file: string): string => readFileSync(new URL(`./scripts/${file}.lua`, import.meta.url), 'utf8');

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Makes the scripts commands of a client: sent by hash, and whole where the server does not know them yet (F16). */
export function defineScripts(client: Redis): void {
  const head = read('head');
  for (const [name, numberOfKeys] of Object.entries(SCRIPTS)) {
    const body = read(`${kebab(name)}-${numberOfKeys}`);
    const lua = WITH_HEAD.has(name as ScriptName) ? `${head}\n${body}` : body;
    client.defineCommand(commandOf(name as ScriptName), { numberOfKeys, lua });
  }
}

export const commandOf = (name: ScriptName): string => `mcp_${name}`;

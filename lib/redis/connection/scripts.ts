import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { LOCATION } from '../../packages/location.cjs';
import { resolveIncludes } from './resolve-includes.js';

/** Every script: its file in `redis/scripts` and the number of its keys, if it is always the same. */
const SCRIPTS = {
  createSession: { file: 'session/create-session', keys: 1 },
  openSession: { file: 'session/open-session', keys: 5 },
  loadSession: { file: 'session/load-session', keys: 2 },
  forgetFinished: { file: 'session/forget-finished', keys: 1 },
  updateSession: { file: 'session/update-session', keys: undefined },
  endSession: { file: 'session/end-session', keys: undefined },
  listSession: { file: 'session/list-session', keys: 1 },
  countSessions: { file: 'session/count-sessions', keys: 1 },
  takeExpired: { file: 'session/take-expired', keys: 1 },
  subscribe: { file: 'session/subscribe', keys: 2 },
  unsubscribe: { file: 'session/unsubscribe', keys: 2 },
  registerRequest: { file: 'session/register-request', keys: 1 },
  answerRequest: { file: 'session/answer-request', keys: 1 },
  append: { file: 'stream/append', keys: 1 },
  read: { file: 'stream/read', keys: 1 },
  claim: { file: 'stream/claim', keys: 1 },
  release: { file: 'stream/release', keys: 1 },
  assignRequests: { file: 'stream/assign-requests', keys: 1 },
  admitTask: { file: 'task/admit-task', keys: 1 },
  createTask: { file: 'task/create-task', keys: 1 },
  listTask: { file: 'task/list-task', keys: 2 },
  loadTask: { file: 'task/load-task', keys: 1 },
  loadTasks: { file: 'task/load-tasks', keys: undefined },
  moveTask: { file: 'task/move-task', keys: 1 },
  answerTask: { file: 'task/answer-task', keys: 1 },
  claimTask: { file: 'task/claim-task', keys: 1 },
  renewLease: { file: 'task/renew-lease', keys: 1 },
  saveCheckpoint: { file: 'task/save-checkpoint', keys: 1 },
  pageTasks: { file: 'task/page-tasks', keys: 2 },
  takeLimits: { file: 'limit/take-limits', keys: undefined },
  renewLimits: { file: 'limit/renew-limits', keys: 1 },
  reportStored: { file: 'stored/report-stored', keys: 3 },
  keyRing: { file: 'state/key-ring', keys: 1 },
  useNonce: { file: 'state/use-nonce', keys: 1 },
} as const;

export type ScriptName = keyof typeof SCRIPTS;

/** What scripts include on a cluster instead of another file. */
export const ON_CLUSTER: Readonly<Record<string, string>> = {
  'includes/publish-signal': 'includes/publish-signal-sharded',
  'includes/require-keys': 'includes/require-keys-in-slot',
};

/** Defines the scripts as commands of a client, sent by hash, or in full if the server does not know them yet (F16). */
export function defineScripts(client: Redis): void {
  const read = client.isCluster ? (file: string) => readScript(ON_CLUSTER[file] ?? file) : readScript;
  for (const name of Object.keys(SCRIPTS) as ScriptName[]) {
    const { file, keys } = SCRIPTS[name];
    client.defineCommand(commandOf(name), { numberOfKeys: keys, lua: resolveIncludes(file, read) });
  }
}

/** Whether the number of keys is the first argument of the command. */
export const hasAnyNumberOfKeys = (name: ScriptName): boolean => SCRIPTS[name].keys === undefined;

export const commandOf = (name: ScriptName): string => `mcp_${name}`;

const SCRIPTS_FOLDER = join(LOCATION, '../redis/scripts');
const readScript = (file: string): string => readFileSync(join(SCRIPTS_FOLDER, `${file}.lua`), 'utf8');

import { BackendUnavailableError } from '../../session/backend-unavailable.js';

/**
 * Returns the kind of an error: its system code, the first word of Redis's reply, or its name. Messages and commands of
 * ioredis contain keys, and keys contain session ids, so nothing else of them may be logged (P15).
 */
export function redisErrorKind(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof BackendUnavailableError) return error.reason;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  // Redis 7.0 has no code for this error when it occurs in a script.
  if (error.message.startsWith('ERR The user executing the script')) return 'NOPERM';
  // A script that needs a key which has moved with its slot meanwhile, or is about to.
  if (error.message.includes('attempted to access a non local key in a cluster node')) return 'TRYAGAIN';
  // Redis 6 names a command of a script that is refused only inside of its message.
  if (error.message.includes('OOM command not allowed')) return 'OOM';
  if (error.message.includes('WRONGTYPE Operation')) return 'WRONGTYPE';
  const [word = ''] = error.message.split(' ', 1);
  return error.name === 'ReplyError' && /^[A-Z]+$/.test(word) ? word : error.name;
}

import { BackendUnavailableError } from '../../session/backend-unavailable.js';

/**
 * The kind of an error: its system code, the first word of Redis's reply, or its name. Messages and commands of ioredis
 * hold keys, and keys hold session ids, so nothing else of them may be logged (P15).
 */
export function redisErrorKind(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof BackendUnavailableError) return error.reason;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  // Inside of a script Redis 7.0 has no word of its own for it.
  if (error.message.startsWith('ERR The user executing the script')) return 'NOPERM';
  const [word = ''] = error.message.split(' ', 1);
  return error.name === 'ReplyError' && /^[A-Z]+$/.test(word) ? word : error.name;
}

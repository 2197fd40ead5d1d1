import { BackendAwayError } from '../session/backend-away.js';

/** How long the same trouble is not told again, ms. */
const QUIET_MS = 10_000;

/**
 * Tells of trouble with connections once per kind and while, not at each retry of each connection. Only what kind of
 * error it is: messages and commands of ioredis hold keys, and keys hold session ids (P15).
 */
export class ConnectionReporter {
  readonly #told = new Map<string, { at: number; kept: number }>();

  constructor(private readonly tell: (sentence: string) => void) {}

  report(what: string, error: unknown): void {
    const kind = `${what} (${kindOf(error)})`;
    const last = this.#told.get(kind);
    const now = performance.now();
    if (last && now - last.at < QUIET_MS) return void last.kept++;
    // Kinds are few: codes of the system and of Redis.
    if (this.#told.size > 100) this.#told.clear();
    this.#told.set(kind, { at: now, kept: 0 });
    this.tell(last?.kept ? `${kind}; ${last.kept} more since last told` : kind);
  }
}

/** Code of the system, first word of a reply of Redis, or name of the error. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof BackendAwayError) return error.reason;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  // Inside of a script Redis 7.0 has no word of its own for it.
  if (error.message.startsWith('ERR The user executing the script')) return 'NOPERM';
  const [word = ''] = error.message.split(' ', 1);
  return error.name === 'ReplyError' && /^[A-Z]+$/.test(word) ? word : error.name;
}

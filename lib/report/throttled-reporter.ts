import { inspect } from 'node:util';
import { BackendUnavailableError } from '../session/backend-unavailable.js';
import { UnidentifiedUserError } from '../session/user-principal-resolver.js';

/** Milliseconds during which the same kind of problem is not logged again. */
const QUIET_MS = 10_000;
/** The number of kinds that are tracked. Few exist: error codes, and messages of this package. */
const MAX_KINDS = 100;

/** The part of Nest's logger that is used. */
export interface ReporterLog {
  warn(message: string): void;
  error(message: string, stack?: string): void;
}

/**
 * Logs problems that do not belong to a request, each kind once in ten seconds. An unreachable backend makes every
 * operation fail, and failed operations are retried. Without a limit the log would contain nothing else.
 */
export class ThrottledReporter {
  readonly #kinds = new Map<string, { at: number; omitted: number }>();

  constructor(private readonly log: ReporterLog) {}

  /**
   * Logs a warning about an operation that is retried automatically.
   *
   * @param sentence also identifies the kind, so it must not contain ids or keys (P15)
   */
  warn(sentence: string): void {
    this.#once(sentence, (omitted) => this.log.warn(`${sentence}${omitted}`));
  }

  /** Reports a failure in the background. It is bound, so that it can be passed as a callback. */
  readonly report = (error: unknown): void => {
    if (error instanceof UnidentifiedUserError) return this.warn(error.advice);
    if (error instanceof BackendUnavailableError) return this.warn(`Background work waits: ${error.reason}`);
    const kind = error instanceof Error ? `${error.name}: ${error.message}` : textOf(error);
    const stack = error instanceof Error ? error.stack : kind;
    this.#once(kind, (omitted) => this.log.error(`A background task failed${omitted}`, stack));
  };

  #once(kind: string, write: (omitted: string) => void): void {
    const last = this.#kinds.get(kind);
    const now = performance.now();
    if (last && now - last.at < QUIET_MS) return void last.omitted++;
    if (this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
    this.#kinds.set(kind, { at: now, omitted: 0 });
    write(last?.omitted ? `; ${last.omitted} more since it was last logged` : '');
  }
}

/** Anything may be thrown, also what cannot be turned into a string. */
const textOf = (thrown: unknown): string => (typeof thrown === 'string' ? thrown : inspect(thrown));

import { BackendUnavailableError } from '../session/backend-unavailable.js';

/** Time in which the same trouble is not logged again, ms. */
const QUIET_MS = 10_000;
/** Kinds that are kept apart. There are few: error codes, and sentences of this package. */
const MAX_KINDS = 100;

/** What is used of Nest's logger. */
export interface ReporterLog {
  warn(message: string): void;
  error(message: string, stack?: string): void;
}

/**
 * Logs trouble that concerns no request, each kind of it once in ten seconds. A backend that cannot be reached fails
 * everything at once and all the time, and whatever failed is tried again: without a limit the log would hold nothing else.
 */
export class ThrottledReporter {
  readonly #kinds = new Map<string, { at: number; omitted: number }>();

  constructor(private readonly log: ReporterLog) {}

  /** Warns of something that is tried again by itself. @param sentence names the kind; it must not hold ids or keys (P15) */
  warn(sentence: string): void {
    this.#once(sentence, (omitted) => this.log.warn(`${sentence}${omitted}`));
  }

  /** Reports a failure in the background. Bound, so that it can be handed on. */
  readonly report = (error: unknown): void => {
    if (error instanceof BackendUnavailableError) return this.warn(`Background work waits: ${error.reason}`);
    const kind = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
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

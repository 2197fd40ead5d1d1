import type { McpAuditEvent } from '../observe/audit-event.js';
import type { AuditSink } from './audit-sink.js';

/** What has become of the events of this instance. */
export interface AuditFigures {
  /** Events that the sink has. */
  readonly recorded: number;
  /** Events that it has not settled yet. */
  readonly pending: number;
  /** Events that it was not given, because too many were pending. */
  readonly dropped: number;
  /** Events for which it threw or rejected. */
  readonly failed: number;
}

/** Logs each kind of trouble from time to time. */
export interface AuditReporter {
  warn(sentence: string): void;
}

/** Gives events to the sink, so that neither its failures nor its slowness reach a request. */
export class AuditQueue {
  #recorded = 0;
  #pending = 0;
  #dropped = 0;
  #failed = 0;
  #whenSettled: (() => void)[] = [];

  constructor(
    private readonly sink: AuditSink,
    private readonly maxPending: number,
    private readonly reporter: AuditReporter,
  ) {}

  get figures(): AuditFigures {
    return { recorded: this.#recorded, pending: this.#pending, dropped: this.#dropped, failed: this.#failed };
  }

  add(event: McpAuditEvent): void {
    if (this.#pending >= this.maxPending) {
      this.#dropped++;
      return this.reporter.warn(
        `Audit events are dropped: the AuditSink has not settled ${this.maxPending} of them. Make it faster, or raise "audit.maxPendingEvents"`,
      );
    }
    try {
      const recording = this.sink.record(event);
      if (isThenable(recording)) this.#await(recording);
      else this.#recorded++;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Resolves when the sink has settled everything, or after a time limit. */
  async settled(timeoutMs: number): Promise<void> {
    if (this.#pending === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([new Promise<void>((resolve) => this.#whenSettled.push(resolve)), late]);
    clearTimeout(timer);
  }

  #await(recording: PromiseLike<void>): void {
    this.#pending++;
    const settle = (): void => {
      if (--this.#pending === 0) for (const resolve of this.#whenSettled.splice(0)) resolve();
    };
    recording.then(
      () => {
        this.#recorded++;
        settle();
      },
      (error: unknown) => {
        this.#fail(error);
        settle();
      },
    );
  }

  /** Its message may hold what the event holds, such as a row that a database refused, so it is not logged (P15). */
  #fail(error: unknown): void {
    this.#failed++;
    const { name = typeof error, code } = (error ?? {}) as { name?: unknown; code?: unknown };
    const kind = [name, code].filter((part) => typeof part === 'string').join(' ');
    this.reporter.warn(
      `The AuditSink failed (${kind}), and events are lost. Catch the error in the sink to see all of it`,
    );
  }
}

const isThenable = (value: unknown): value is PromiseLike<void> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

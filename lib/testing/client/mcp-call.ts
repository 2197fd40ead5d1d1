import type { Observable } from 'rxjs';
import type { McpLog, McpNotification, McpProgress } from './notifications.js';
import type { Meanwhile, RunningRequest } from './running-request.js';

/** What a call needs of the client that made it. */
export interface Caller {
  readonly resumes: boolean;
  cancel(run: RunningRequest, reason: string): Promise<void>;
}

/**
 * A request that is running. Await it for its result, and watch what arrives before. Who subscribes late gets everything
 * that has arrived so far; the Observables complete when the request has ended.
 *
 * @example
 * ```ts
 * const call = client.callTool('import', { file: 'orders.csv' });
 * expect(await lastValueFrom(call.progress$)).toEqual({ progress: 3, total: 3 });
 * expect(await call).toMatchObject({ text: 'Imported.' });
 * ```
 * @publicApi
 */
export class McpCall<T> extends Promise<T> {
  /** What is chained to a call is no call. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Everything that the server sends for this request before its result. */
  readonly notifications$: Observable<McpNotification>;
  readonly progress$: Observable<McpProgress>;
  readonly logs$: Observable<McpLog>;
  readonly #run: RunningRequest;
  readonly #caller: Caller;

  /** @internal */
  constructor(result: Promise<T>, run: RunningRequest, caller: Caller) {
    super((resolve, reject) => void result.then(resolve, reject));
    this.#run = run;
    this.#caller = caller;
    run.watch(this);
    this.notifications$ = run.notifications.all$;
    this.progress$ = run.notifications.progress$;
    this.logs$ = run.notifications.logs$;
  }

  /** Cancels the request in the way of its era; it then rejects. */
  async cancel(reason = 'the test has cancelled it'): Promise<void> {
    this.#run.expectRejection();
    await this.#caller.cancel(this.#run, reason);
  }

  /**
   * Cuts the connection on which the response arrives. A legacy client waits until it has an event to resume from, and
   * resumes. A modern client cannot resume: the request rejects, and its method is cancelled.
   *
   * @param meanwhile runs while the client is disconnected. Default: nothing
   * @returns resolves when the client is connected again, or immediately after `meanwhile` if it cannot resume
   * @throws {Error} when the request has ended already
   */
  async cut(meanwhile: Meanwhile = () => undefined): Promise<void> {
    if (this.#caller.resumes) {
      await this.#run.untilResumable();
      return this.#run.cut(meanwhile);
    }
    this.#run.expectRejection();
    this.#run.end(new Error('The test has cut the connection.'));
    await meanwhile();
  }
}

import { map, type Observable } from 'rxjs';
import type { McpLog, McpNotification } from './notifications.js';
import type { Meanwhile, RunningRequest } from './running-request.js';

/**
 * What a server tells its client by itself: over `subscriptions/listen` in the modern era, and over the standalone stream of
 * the session in the legacy era. Who subscribes late gets everything that has arrived so far.
 *
 * @example
 * ```ts
 * const listener = await client.listen({ updates: ['stock://apples'] });
 * await app.get(Stock).sold('apples');
 * expect(await listener.next('notifications/resources/updated')).toMatchObject({ params: { uri: 'stock://apples' } });
 * ```
 * @publicApi
 */
export class McpListener {
  readonly notifications$: Observable<McpNotification>;
  /** The URIs of resources that have changed. */
  readonly updates$: Observable<string>;
  /** Log messages, which only legacy clients get outside of a request. */
  readonly logs$: Observable<McpLog>;

  /** @internal */
  constructor(
    private readonly run: RunningRequest,
    private readonly ended: Promise<void>,
    private readonly patienceMs: number,
  ) {
    this.notifications$ = run.notifications.all$;
    this.updates$ = run.notifications
      .of('notifications/resources/updated')
      .pipe(map(({ params }) => String(params.uri)));
    this.logs$ = run.notifications.logs$;
  }

  /**
   * Waits for the next notification that no earlier `next()` has returned.
   *
   * @param method Default: any
   * @throws {Error} when none arrives within the option `patienceMs`
   */
  next(method?: string): Promise<McpNotification> {
    return this.run.notifications.next(method, this.patienceMs);
  }

  /**
   * Cuts the connection; the client reconnects by itself. A legacy client resumes after the last event that it has, and
   * gets what it missed. A modern client listens anew.
   *
   * @param meanwhile runs while the client is disconnected. Default: nothing
   * @returns resolves when the client is listening again
   */
  cut(meanwhile: Meanwhile = () => undefined): Promise<void> {
    return this.run.cut(meanwhile);
  }

  /** Stops listening. */
  async close(): Promise<void> {
    this.run.end(new Error('The client does not listen any more.'));
    await this.ended;
  }
}

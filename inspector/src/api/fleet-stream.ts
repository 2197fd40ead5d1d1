import type { InspectorProblem } from '../../../lib/inspector/wire/routes.js';
import type { StreamEvent } from '../../../lib/inspector/wire/stream-event.js';
import { pause } from '../net/pause.js';
import { readEvents } from '../net/sse-reader.js';

export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** It is tried again by itself. */
  | { readonly kind: 'lost'; readonly reason: string };

export interface FleetListener {
  linked(link: Link): void;
  received(event: StreamEvent): void;
}

const AGAIN_MS = 2000;

/**
 * Watches the fleet until it is closed, over one connection that is made again whenever it ends. `EventSource` would do
 * the same, but cannot say why a server refuses it.
 */
export class FleetStream {
  readonly #closed = new AbortController();

  constructor(
    private readonly url: string,
    private readonly listener: FleetListener,
  ) {
    void this.#watch(this.#closed.signal);
  }

  close(): void {
    this.#closed.abort();
  }

  async #watch(closed: AbortSignal): Promise<void> {
    while (!closed.aborted) {
      this.listener.linked({ kind: 'connecting' });
      const reason = await this.#once(closed).catch(
        () => 'The instance that this page is connected to does not answer.',
      );
      if (closed.aborted) return;
      this.listener.linked({ kind: 'lost', reason });
      await pause(AGAIN_MS, closed).catch(() => undefined);
    }
  }

  /** @returns why it ended */
  async #once(closed: AbortSignal): Promise<string> {
    const headers = { accept: 'text/event-stream' };
    const response = await fetch(this.url, { headers, signal: closed });
    if (!response.ok || !response.body) return problemOf(response);
    this.listener.linked({ kind: 'open' });
    for await (const { data } of readEvents(response.body)) this.listener.received(JSON.parse(data) as StreamEvent);
    return 'The instance that this page was connected to has ended the connection.';
  }
}

/** What an answer of the inspector says went wrong. */
export async function problemOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as Partial<InspectorProblem>;
  return problem.message ?? `HTTP ${response.status}`;
}

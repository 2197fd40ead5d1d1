import { InputRefusedError } from '../interaction/interaction.js';
import { PendingRequests, type PendingRequest } from '../interaction/pending-requests.js';
import type { JsonRpcResponse, RequestId } from '../protocol/messages.js';
import { sessionKeyText } from '../session/session-key.js';
import type { SessionKey } from '../session/session-record.js';
import type { SessionRegistry } from './session-registry.js';

interface Waiter {
  readonly complete: (response: JsonRpcResponse | InputRefusedError) => void;
}

/** The pending requests in memory, for a single process. */
export class MemoryPendingRequests extends PendingRequests {
  readonly #sessions = new Map<string, Map<RequestId, Waiter>>();
  readonly #stop: () => void;

  constructor(private readonly sessions: SessionRegistry) {
    super();
    this.#stop = sessions.onEnd((key) => this.#drop(key));
  }

  /** The number of requests that are waiting. */
  get size(): number {
    return [...this.#sessions.values()].reduce((sum, waiters) => sum + waiters.size, 0);
  }

  override expect(session: SessionKey, id: RequestId, timeoutMs: number): Promise<PendingRequest> {
    // The check runs in the same tick as the registration, so the end of the session cannot be missed in between.
    if (!this.sessions.has(session)) return Promise.reject(new InputRefusedError('The session has ended'));
    const text = sessionKeyText(session);
    const waiters = this.#sessions.get(text) ?? new Map<RequestId, Waiter>();
    this.#sessions.set(text, waiters);
    const remove = () => {
      if (waiters.delete(id) && waiters.size === 0) this.#sessions.delete(text);
    };
    let withdraw = remove;
    const response = new Promise<JsonRpcResponse>((resolve, reject) => {
      const complete: Waiter['complete'] = (outcome) => {
        clearTimeout(timer);
        remove();
        if (outcome instanceof InputRefusedError) reject(outcome);
        else resolve(outcome);
      };
      const timer = setTimeout(() => complete(new InputRefusedError('The client did not answer in time')), timeoutMs);
      timer.unref();
      waiters.set(id, { complete });
      withdraw = () => {
        clearTimeout(timer);
        remove();
      };
    });
    // If nobody awaits the response any more, its rejection must not end the process as unhandled.
    response.catch(() => {});
    return Promise.resolve({ response, withdraw });
  }

  override answer(session: SessionKey, response: JsonRpcResponse): Promise<boolean> {
    const waiter =
      response.id === undefined ? undefined : this.#sessions.get(sessionKeyText(session))?.get(response.id);
    waiter?.complete(response);
    return Promise.resolve(waiter !== undefined);
  }

  close(): void {
    this.#stop();
    for (const waiters of [...this.#sessions.values()]) {
      for (const waiter of [...waiters.values()]) waiter.complete(new InputRefusedError('The server is shutting down'));
    }
  }

  #drop(key: SessionKey): void {
    for (const waiter of [...(this.#sessions.get(sessionKeyText(key))?.values() ?? [])]) {
      waiter.complete(new InputRefusedError('The session ended'));
    }
  }
}

import { InputRefusedError } from '../interaction/interaction.js';
import { PendingRequests, type PendingRequest } from '../interaction/pending-requests.js';
import type { JsonRpcResponse, RequestId } from '../protocol/messages.js';
import { sessionKeyText } from '../session/session-key.js';
import type { SessionKey } from '../session/session-record.js';
import type { SessionRegistry } from './session-registry.js';

interface Waiter {
  readonly settle: (response: JsonRpcResponse | InputRefusedError) => void;
}

/** The pending requests of one process. */
export class MemoryPendingRequests extends PendingRequests {
  readonly #sessions = new Map<string, Map<RequestId, Waiter>>();
  readonly #stop: () => void;

  constructor(private readonly sessions: SessionRegistry) {
    super();
    this.#stop = sessions.onEnd((key) => this.#drop(key));
  }

  /** Requests that wait right now. */
  get size(): number {
    return [...this.#sessions.values()].reduce((sum, waiters) => sum + waiters.size, 0);
  }

  override expect(session: SessionKey, id: RequestId, timeoutMs: number): Promise<PendingRequest> {
    // In the tick in which it is listened to: its end cannot slip through in between.
    if (!this.sessions.has(session)) return Promise.reject(new InputRefusedError('The session has ended'));
    const text = sessionKeyText(session);
    const waiters = this.#sessions.get(text) ?? new Map<RequestId, Waiter>();
    this.#sessions.set(text, waiters);
    const leave = () => {
      if (waiters.delete(id) && waiters.size === 0) this.#sessions.delete(text);
    };
    let withdraw = leave;
    const response = new Promise<JsonRpcResponse>((resolve, reject) => {
      const settle: Waiter['settle'] = (outcome) => {
        clearTimeout(timer);
        leave();
        if (outcome instanceof InputRefusedError) reject(outcome);
        else resolve(outcome);
      };
      const timer = setTimeout(() => settle(new InputRefusedError('The client did not answer in time')), timeoutMs);
      timer.unref();
      waiters.set(id, { settle });
      withdraw = () => {
        clearTimeout(timer);
        leave();
      };
    });
    // The waiter may be gone by the deadline; its rejection must not be unhandled.
    response.catch(() => {});
    return Promise.resolve({ response, withdraw });
  }

  override answer(session: SessionKey, response: JsonRpcResponse): Promise<boolean> {
    const waiter =
      response.id === undefined ? undefined : this.#sessions.get(sessionKeyText(session))?.get(response.id);
    waiter?.settle(response);
    return Promise.resolve(waiter !== undefined);
  }

  close(): void {
    this.#stop();
    for (const waiters of [...this.#sessions.values()]) {
      for (const waiter of [...waiters.values()]) waiter.settle(new InputRefusedError('The server is shutting down'));
    }
  }

  #drop(key: SessionKey): void {
    for (const waiter of [...(this.#sessions.get(sessionKeyText(key))?.values() ?? [])]) {
      waiter.settle(new InputRefusedError('The session ended'));
    }
  }
}

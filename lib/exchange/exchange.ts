import type { McpError } from '../protocol/errors.js';
import type { JsonRpcNotification, JsonRpcRequest } from '../protocol/messages.js';
import type { Peer } from './peer.js';

/** Where a request's own notifications go: the response stream of that request and no other (S-1, G-23). */
export interface Outlet {
  notify(notification: JsonRpcNotification): void;
  /** Sends a request of the server (legacy only, S-2). @returns false when this client cannot be reached that way */
  request?(request: JsonRpcRequest): boolean;
  /** Ends the connection but not the request; only where a client can come back for the rest (G-30). */
  closeStream?(): void;
  /** Answers the client with a task and goes on without it. @returns whether the request is a task now */
  detach?(): Promise<boolean>;
  /** Where progress is no message but a state: in a task (T1-9). */
  status?(message: string): void;
}

/** For requests whose client can be sent nothing but the response. */
export const NO_OUTLET: Outlet = { notify() {} };

/** One client request while it is served, and the one place that knows whether it still is. */
export class Exchange {
  #listeners: Set<(reason: string) => void> | undefined;
  #controller: AbortController | undefined;
  #cancelled: string | undefined;
  #cancellationError: McpError | undefined;
  #completed = false;

  constructor(
    readonly peer: Peer,
    readonly request: JsonRpcRequest,
    readonly outlet: Outlet,
  ) {}

  get cancelled(): boolean {
    return this.#cancelled !== undefined;
  }

  /** Made on first use: most handlers never look, and an AbortController costs as much as the rest of a plain call. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cancelled !== undefined) this.#controller.abort(new CancelledError(this.#cancelled));
    }
    return this.#controller.signal;
  }

  /** Calls back once when the request is cancelled, at once if it is. @returns a function that takes the listener away. */
  onCancel(listener: (reason: string) => void): () => void {
    if (this.#cancelled !== undefined) {
      listener(this.#cancelled);
      return () => {};
    }
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** What a cancelled request is answered with; nothing, if it was its client who gave it up. */
  get cancellationError(): McpError | undefined {
    return this.#cancellationError;
  }

  /**
   * Stop the work. No effect once the answer is there.
   *
   * @param verdict for a client that did not give up itself, and still waits (P6)
   */
  cancel(reason: string, verdict?: McpError): void {
    if (this.#completed || this.#cancelled !== undefined) return;
    this.#cancelled = reason;
    this.#cancellationError = verdict;
    this.#controller?.abort(new CancelledError(reason));
    for (const listener of this.#listeners ?? []) listener(reason);
    this.#listeners = undefined;
  }

  /** The answer is there. Notifications of stragglers are dropped from here on. */
  complete(): void {
    this.#completed = true;
    this.#listeners = undefined;
  }

  /** Sends a request to the client on this request's stream. @returns false when that is not possible */
  ask(request: JsonRpcRequest): boolean {
    return !this.#completed && this.#cancelled === undefined && this.outlet.request?.(request) === true;
  }

  closeStream(): void {
    if (!this.#completed && this.#cancelled === undefined) this.outlet.closeStream?.();
  }

  notify(notification: JsonRpcNotification): void {
    if (!this.#completed && this.#cancelled === undefined) this.outlet.notify(notification);
  }
}

/** What `ctx.signal` aborts with, and what a cancelled call ends with. Never answered. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor(reason: string) {
    super(`The request was cancelled: ${reason}`);
  }
}

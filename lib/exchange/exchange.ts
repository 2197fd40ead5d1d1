import type { McpError } from '../protocol/errors.js';
import type { JsonRpcNotification, JsonRpcRequest } from '../protocol/messages.js';
import type { Peer } from './peer.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/** The outgoing side of a request. Its notifications use the response stream of that request only (S-1, G-23). */
export interface Outlet {
  notify(notification: JsonRpcNotification): void;
  /**
   * Sends a request of the server to the client (legacy only, S-2).
   *
   * @returns false if the client cannot receive requests on this stream
   */
  request?(request: JsonRpcRequest): boolean;
  /** Closes the connection but not the request. Present only if the client can resume the stream (G-30). */
  closeStream?(): void;
  /**
   * Answers the client with a task and continues the work in the background.
   *
   * @returns whether the request is a task now
   */
  detach?(): Promise<boolean>;
  /** Sets the status message of a task, where progress is a state and not a notification (TASK-9). */
  status?(message: string): void;
}

/** For requests whose client can only receive the response. */
export const NO_OUTLET: Outlet = { notify() {} };

type CancelListener = (reason: string) => void;

/** One client request while it is served. It alone knows whether the request is still running. */
export class Exchange {
  /** Nearly always one, which needs no set. */
  #listeners: CancelListener | Set<CancelListener> | undefined;
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

  /** Created on first use: most handlers do not need it, and an AbortController costs as much as the rest of a call. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cancelled !== undefined) this.#controller.abort(new CancelledError(this.#cancelled));
    }
    return this.#controller.signal;
  }

  /**
   * Calls the listener once when the request is cancelled, or immediately if it already is.
   *
   * @returns a function that removes the listener
   */
  onCancel(listener: CancelListener): () => void {
    if (this.#cancelled !== undefined) {
      listener(this.#cancelled);
      return () => {};
    }
    if (this.#listeners === undefined) this.#listeners = listener;
    else if (this.#listeners instanceof Set) this.#listeners.add(listener);
    else this.#listeners = new Set([this.#listeners, listener]);
    return () => {
      if (this.#listeners instanceof Set) this.#listeners.delete(listener);
      else if (this.#listeners === listener) this.#listeners = undefined;
    };
  }

  /** The response to a cancelled request. `undefined` if the client itself cancelled it and expects no response. */
  get cancellationError(): McpError | undefined {
    return this.#cancellationError;
  }

  /**
   * Cancels the request. It has no effect on a completed request.
   *
   * @param cancellationError the response for a client that did not cancel the request itself and is still waiting (P6)
   */
  cancel(reason: string, cancellationError?: McpError): void {
    if (this.#completed || this.#cancelled !== undefined) return;
    this.#cancelled = reason;
    this.#cancellationError = cancellationError;
    this.#controller?.abort(new CancelledError(reason));
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners instanceof Set) for (const listener of listeners) listener(reason);
    else listeners?.(reason);
  }

  /** Marks the request as answered. Notifications that a method sends later are dropped. */
  complete(): void {
    this.#completed = true;
    this.#listeners = undefined;
  }

  /**
   * Sends a request to the client on the stream of this request.
   *
   * @returns false if that is not possible
   */
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

/**
 * The reason with which `ctx.signal` aborts and a cancelled call rejects. Clients never get it as a response.
 *
 * @publicApi
 */
export class CancelledError extends Error {
  static {
    knownAcrossCopies(this, 'CancelledError');
  }

  override readonly name = 'CancelledError';
  constructor(reason: string) {
    super(`The request was cancelled: ${reason}`);
  }
}

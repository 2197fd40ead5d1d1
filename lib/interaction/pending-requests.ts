import type { JsonRpcResponse, RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';

/** One request to a client that waits for its response. */
export interface PendingRequest {
  /** The client's response; rejects with `InputRefusedError` at the deadline, and when the session ends. */
  readonly response: Promise<JsonRpcResponse>;
  /** Nobody waits any more; a late response is dropped. */
  withdraw(): void;
}

/**
 * The requests this server has sent to clients of legacy sessions. An abstract class, so that it is its own injection token.
 *
 * Contract:
 * - A response is handed to the one waiter of its session and id, once; every other is dropped (P7).
 * - It may be given on any instance, the waiter may be on another.
 * - A response from another session than the one that was asked is unknown.
 */
export abstract class PendingRequests {
  /**
   * Registers a request; call it before the request is sent.
   *
   * @param id unique within the session, over all instances
   * @throws {InputRefusedError} when the session is over; the response may reject with it instead
   */
  abstract expect(session: SessionKey, id: RequestId, timeoutMs: number): Promise<PendingRequest>;

  /** @returns whether somebody waited for it */
  abstract answer(session: SessionKey, response: JsonRpcResponse): Promise<boolean>;
}

import type { JsonRpcResponse, RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * A request to a client whose response is still outstanding.
 *
 * @publicApi
 */
export interface PendingRequest {
  /** Resolves with the client's response. Rejects with `InputRefusedError` at the deadline or when the session ends. */
  readonly response: Promise<JsonRpcResponse>;
  /** Stops waiting, so that a late response is dropped. May be called more than once. */
  withdraw(): void;
}

/**
 * Connects the requests this server sends to clients of legacy sessions (elicitation, sampling, roots) with their
 * responses. A client posts its response as a message of its own, and in a fleet that POST may reach any instance.
 *
 * The class is abstract, so that it is its own injection token. The module brings one in memory, or one on Redis when
 * the option `redis` is set.
 *
 * Contract, checked by `pendingRequestsContract()` of `nestjs-mcp-fleet/testing`:
 *
 * - **Once.** The first response with the session and id of a request resolves it; all others are dropped (P7).
 * - **Anywhere.** `answer` may be called on any instance, not only on the one that waits.
 * - **Isolation.** A response from a session other than the one that was asked is unknown. So is one without an id, or
 *   with an id nobody waits for. The ids `1` and `"1"` are different.
 * - **No lost responses.** A response for which `answer` returned true reaches its waiter, even if the backend loses
 *   the notification about it.
 * - **Bounded.** A request ends with `InputRefusedError` after `timeoutMs`, and when its session ends. A response that
 *   arrives after that, or after `withdraw`, is dropped.
 *
 * @publicApi
 */
export abstract class PendingRequests {
  static {
    knownAcrossCopies(this, 'PendingRequests');
  }

  /**
   * Registers a request. It must be called before the request is sent, so that no response can be missed.
   *
   * @param id unique within the session, across all instances
   * @param timeoutMs how long to wait for the response, ms
   * @throws {InputRefusedError} when the session has ended; alternatively, `response` rejects with it
   */
  abstract expect(session: SessionKey, id: RequestId, timeoutMs: number): Promise<PendingRequest>;

  /**
   * Passes a client's response to whoever waits for it.
   *
   * @returns whether this response was accepted; false when nobody waits for it, or another one was faster
   */
  abstract answer(session: SessionKey, response: JsonRpcResponse): Promise<boolean>;
}

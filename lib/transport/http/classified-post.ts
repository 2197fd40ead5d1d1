import type { Envelope } from '../../protocol/envelope.js';
import { McpError } from '../../protocol/errors.js';
import type { JsonRpcRequest, Message, RequestId } from '../../protocol/messages.js';

/** A message that is well-formed JSON-RPC. */
export type ValidMessage = Exclude<Message, { kind: 'invalid' }>;

/** The outcome of the decision table for a POST (§1.2, rows 6-20 and 28). */
export type ClassifiedPost =
  | { readonly kind: 'modern'; readonly request: JsonRpcRequest; readonly envelope: Envelope }
  /** Accepted and dropped, because no modern notification has a meaning over HTTP. */
  | { readonly kind: 'modern-notification' }
  | { readonly kind: 'initialize'; readonly request: JsonRpcRequest }
  | { readonly kind: 'legacy'; readonly message: ValidMessage }
  | { readonly kind: 'legacy-batch'; readonly messages: readonly ValidMessage[] }
  | { readonly kind: 'rejected'; readonly status: number; readonly error: McpError; readonly id?: RequestId };

/** The properties of a POST that its classification depends on. */
export interface PostFacts {
  /** The parsed body. */
  readonly body: unknown;
  header(name: string): string | undefined;
  /**
   * Whether only the modern era has this method. Without a modern envelope it is a mistake of a modern client (row 16).
   */
  modernOnly(method: string): boolean;
}

export const rejectPost = (
  status: number,
  code: number,
  message: string,
  id?: RequestId,
  data?: unknown,
): ClassifiedPost => ({ kind: 'rejected', status, id, error: new McpError(code, message, { data }) });

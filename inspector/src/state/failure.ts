import { HttpRefusal } from '../mcp/endpoint.js';
import { RpcFailure } from '../mcp/messages.js';

/** What went wrong, in words for a person. */
export interface Failure {
  readonly title: string;
  readonly hint?: string;
  readonly detail?: unknown;
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'The server wants to know who asks: paste an access token under "View as".',
  403: 'The server knows who asks and refuses: another token may be allowed to.',
  404: 'The session has ended, or the endpoint is somewhere else: connect again.',
  429: 'There were too many requests: wait a little.',
  503: 'The server is starting, shutting down, or without its Redis: try again.',
};

export function describeError(error: unknown): Failure {
  if (error instanceof RpcFailure) {
    const { code, message, data } = error.error;
    return { title: `${message} (${code})`, ...(data !== undefined && { detail: data }) };
  }
  if (error instanceof HttpRefusal) {
    const hint = HINTS[error.status];
    return { title: error.message, ...(hint && { hint }), ...(error.challenge && { detail: error.challenge }) };
  }
  if (error instanceof TypeError) {
    return {
      title: 'The server did not answer.',
      hint: 'It may have ended, or the connection was lost.',
      detail: error.message,
    };
  }
  return { title: error instanceof Error ? error.message : String(error) };
}

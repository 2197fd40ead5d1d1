import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** A request to the page or to what is behind it, in the same form for Express and Fastify. */
export interface PageRequest {
  /** Upper case. */
  readonly verb: string;
  /** Below the path of the page, without its slash: `api/config`; `undefined` for that path without a slash. */
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
  readonly remoteAddress: string;
  /** Tells the framework that the response is written here. */
  readonly takeOver: () => void;
  /** What guards see: the framework's own request and response. */
  readonly args: readonly unknown[];
}

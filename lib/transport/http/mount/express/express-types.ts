import type { IncomingMessage, ServerResponse } from 'node:http';

export interface ExpressRequest extends IncomingMessage {
  readonly ip?: string;
  body?: unknown;
}

export type ExpressHandler = (request: ExpressRequest, response: ServerResponse, next: () => void) => void;

/** What is used of what the router tries for each request. */
export interface ExpressLayer {
  match(path: string): boolean;
  readonly route?: { readonly path: string | string[]; readonly stack: readonly { readonly handle: object }[] };
}

/** What is used of an Express application. */
export interface ExpressApp {
  use(handler: ExpressHandler): unknown;
  all(path: string, handler: ExpressHandler): unknown;
  enabled?(setting: string): boolean;
  readonly router?: { readonly stack?: readonly ExpressLayer[] };
}

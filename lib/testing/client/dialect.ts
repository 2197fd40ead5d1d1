import type { JsonObject } from '../../protocol/messages.js';
import type { Revision } from '../../protocol/revisions.js';
import type { RunningRequest } from './running-request.js';

/**
 * What a server says of itself.
 *
 * @publicApi
 */
export interface McpServerInfo {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly instructions?: string;
  readonly capabilities: Readonly<JsonObject>;
  /** The revision that client and server speak. */
  readonly revision: Revision;
}

/**
 * What a client wants to be told of. Legacy clients choose only `updates`: they are told of everything else in any case.
 *
 * @publicApi
 */
export interface ListenFilter {
  /** Changes of the list of tools. Default: `true` */
  readonly tools?: boolean;
  /** Changes of the list of resources. Default: `true` */
  readonly resources?: boolean;
  /** Changes of the list of prompts. Default: `true` */
  readonly prompts?: boolean;
  /** URIs of resources whose changes are told. Default: none */
  readonly updates?: readonly string[];
  /** Ids of tasks whose changes are told. Default: none */
  readonly tasks?: readonly string[];
}

/** How a client of one era speaks. */
export interface Dialect {
  /** Says hello, once. */
  open(): Promise<McpServerInfo>;
  /** @returns the result @throws {McpResponseError} when it is an error, or the server refuses */
  request(method: string, params: JsonObject, run: RunningRequest): Promise<JsonObject>;
  notify(method: string, params?: JsonObject): Promise<void>;
  /** Tells the server that nobody waits for a request any more. */
  cancel(run: RunningRequest, reason: string): Promise<void>;
  /**
   * Listens until the run is ended.
   *
   * @param connected called whenever the stream is open
   */
  listen(filter: ListenFilter, run: RunningRequest, connected: () => void): Promise<void>;
  /** Says goodbye. */
  close(): Promise<void>;
}

import { wireError, httpStatusOf, legacyHttpStatusOf } from '../protocol/wire-error.js';
import {
  AuthenticationRequiredError,
  InsufficientScopeError,
  LimitExceededError,
  type McpError,
} from '../protocol/errors.js';
import type { JsonObject, RequestId } from '../protocol/messages.js';
import { META } from '../protocol/meta-keys.js';
import { type PreparedJson, PreparedText } from '../protocol/prepared-json.js';
import type { Era } from '../protocol/revisions.js';
import { resultJson } from './results/result-json.js';

/** A serialized JSON-RPC response. */
export interface SerializedResponse {
  readonly text: string;
  /** The same text, for who can write prepared bytes. Reading `text` joins it anew. Default: nothing is prepared. */
  readonly prepared?: PreparedText;
  /** The HTTP status, which applies while no headers have been sent. */
  readonly status: number;
  /** When to try again, in ms. While no headers have been sent, the status is 429, in both eras. */
  readonly retryAfterMs?: number;
  /** All scopes of an operation for which the caller needs another token. The status is that of a challenge (O-10). */
  readonly requiredScopes?: readonly string[];
}

/** The JSON members of a result without its braces, for results that are serialized already (listings). */
export class ResultMembers {
  constructor(readonly json: string) {}
}

/** The same for members that are prepared, and others that follow, with a leading comma. */
export class PreparedMembers {
  constructor(
    readonly members: PreparedJson,
    readonly more: string,
  ) {}
}

export type MethodResult = JsonObject | ResultMembers | PreparedMembers;

class PreparedResponse implements SerializedResponse {
  readonly status = 200;

  constructor(readonly prepared: PreparedText) {}

  get text(): string {
    return this.prepared.toString();
  }
}

/**
 * Writes responses. Modern results need `resultType` and the server's identity, and legacy results must have
 * neither. This is the only writer, so neither can be forgotten or leak into the other era.
 */
export class ResponseWriter {
  readonly #metaMember: string;
  readonly #modernHead: string;

  /** @param serverInfo the server's identity, in the `_meta` of each modern result */
  constructor(private readonly serverInfo: JsonObject) {
    this.#metaMember = `"_meta":${JSON.stringify({ [META.serverInfo]: serverInfo })}`;
    this.#modernHead = `{"resultType":"complete",${this.#metaMember}`;
  }

  result(id: RequestId, era: Era, result: MethodResult): SerializedResponse {
    if (result instanceof PreparedMembers) {
      const begin = era === 'modern' ? `${this.#modernHead},` : '{';
      const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${begin}`;
      return new PreparedResponse(new PreparedText(head, result.members, `${result.more}}}`));
    }
    const json = era === 'modern' ? this.#modern(result) : legacy(result);
    return { text: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`, status: 200 };
  }

  #modern(result: JsonObject | ResultMembers): string {
    if (result instanceof ResultMembers) return `${this.#modernHead},${result.json}}`;
    if (result._meta === undefined && result.resultType === undefined) {
      const json = resultJson(result);
      return json === '{}' ? `${this.#modernHead}}` : `${this.#modernHead},${json.slice(1)}`;
    }
    return JSON.stringify({
      resultType: 'complete',
      ...result,
      _meta: { ...(result._meta as JsonObject | undefined), [META.serverInfo]: this.serverInfo },
    });
  }
}

const legacy = (result: JsonObject | ResultMembers): string =>
  result instanceof ResultMembers ? `{${result.json}}` : resultJson(result);

/** @param id `undefined` if no id could be read; the response then has no id, and never `null` (C-6) */
export function errorResponse(
  id: RequestId | undefined,
  era: Era,
  error: McpError,
  status = httpStatusOf(error),
): SerializedResponse {
  const body = { jsonrpc: '2.0', id, error: wireError(error, era) };
  const response = { text: JSON.stringify(body), status: era === 'modern' ? status : legacyHttpStatusOf(error) };
  if (error instanceof LimitExceededError) return { ...response, retryAfterMs: error.retryAfterMs };
  const needsToken = error instanceof InsufficientScopeError || error instanceof AuthenticationRequiredError;
  return needsToken ? { ...response, requiredScopes: error.requiredScopes } : response;
}

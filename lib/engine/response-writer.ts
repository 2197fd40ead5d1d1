import { wireError, httpStatusOf } from '../protocol/wire-error.js';
import type { McpError } from '../protocol/errors.js';
import type { JsonObject, RequestId } from '../protocol/messages.js';
import { META } from '../protocol/meta-keys.js';
import type { Era } from '../protocol/revisions.js';

/** A response, serialised once. */
export interface SerializedResponse {
  readonly text: string;
  /** HTTP status, while headers are unsent. */
  readonly status: number;
}

/** The JSON members of a result without its braces, when they are serialised already (listings). */
export class ResultMembers {
  constructor(readonly json: string) {}
}

export type MethodResult = JsonObject | ResultMembers;

/**
 * Writes responses. The modern era wants `resultType` and the server's identity in each result, the legacy
 * one must have neither; as this is the only writer, none can be forgotten and none can leak.
 */
export class ResponseWriter {
  readonly #metaMember: string;
  readonly #modernHead: string;

  /** @param serverInfo what each modern result carries in its `_meta` */
  constructor(private readonly serverInfo: JsonObject) {
    this.#metaMember = `"_meta":${JSON.stringify({ [META.serverInfo]: serverInfo })}`;
    this.#modernHead = `{"resultType":"complete",${this.#metaMember}`;
  }

  result(id: RequestId, era: Era, result: MethodResult): SerializedResponse {
    const json = era === 'modern' ? this.#modern(result) : legacy(result);
    return { text: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`, status: 200 };
  }

  #modern(result: MethodResult): string {
    if (result instanceof ResultMembers) return `${this.#modernHead},${result.json}}`;
    if (result._meta === undefined && result.resultType === undefined) {
      const json = JSON.stringify(result);
      return json === '{}' ? `${this.#modernHead}}` : `${this.#modernHead},${json.slice(1)}`;
    }
    return JSON.stringify({
      resultType: 'complete',
      ...result,
      _meta: { ...(result._meta as JsonObject | undefined), [META.serverInfo]: this.serverInfo },
    });
  }
}

const legacy = (result: MethodResult): string =>
  result instanceof ResultMembers ? `{${result.json}}` : JSON.stringify(result);

/** @param id `undefined` when none could be read: it is left out then, never `null` (C-6) */
export function errorResponse(
  id: RequestId | undefined,
  era: Era,
  error: McpError,
  status = httpStatusOf(error),
): SerializedResponse {
  const body = { jsonrpc: '2.0', id, error: wireError(error, era) };
  return { text: JSON.stringify(body), status: era === 'modern' ? status : 200 };
}

/**
 * The id of a request: a string or an integer, never null. `1` and `"1"` are different ids (C-7, I-2). Integers beyond
 * 2^53 are invalid: parsing has already rounded them, and the client would not recognize the id of the response.
 */
export type RequestId = string | number;

export type JsonObject = Record<string, unknown>;

/** Longer ids and progress tokens are a mistake or an attack: they are kept, logged and sent back. */
export const MAX_ID_CHARACTERS = 256;

/** The most messages one batch may have. Larger batches are a mistake or an attack (G-39). */
export const MAX_BATCH = 100;

export interface JsonRpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: RequestId;
  readonly method: string;
  readonly params?: JsonObject;
}

export interface JsonRpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: JsonObject;
}

export interface JsonRpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export interface JsonRpcResponse {
  readonly jsonrpc: '2.0';
  readonly id?: RequestId;
  readonly result?: unknown;
  readonly error?: JsonRpcErrorObject;
}

/** A classified JSON value. `invalid` carries the id if it could be read, because the error response repeats it. */
export type Message =
  | { readonly kind: 'request'; readonly message: JsonRpcRequest }
  | { readonly kind: 'notification'; readonly message: JsonRpcNotification }
  | { readonly kind: 'response'; readonly message: JsonRpcResponse }
  | { readonly kind: 'invalid'; readonly id?: RequestId; readonly reason: string };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isRequestId = (value: unknown): value is RequestId =>
  typeof value === 'string' ? value.length <= MAX_ID_CHARACTERS : Number.isSafeInteger(value);

/** Classifies one parsed JSON value as a JSON-RPC 2.0 message (schema: JSONRPCMessage). */
export function classifyMessage(value: unknown): Message {
  if (!isObject(value)) return { kind: 'invalid', reason: 'a JSON-RPC message is an object' };
  const id = isRequestId(value.id) ? value.id : undefined;
  const invalid = (reason: string): Message => ({ kind: 'invalid', id, reason });

  if (value.jsonrpc !== '2.0') return invalid('"jsonrpc" must be "2.0"');
  if ('method' in value) {
    if (typeof value.method !== 'string') return invalid('"method" must be a string');
    if (value.params !== undefined && !isObject(value.params)) return invalid('"params" must be an object');
    if (!('id' in value)) return { kind: 'notification', message: value as unknown as JsonRpcNotification };
    if (id === undefined)
      return invalid(`"id" must be a string of at most ${MAX_ID_CHARACTERS} characters, or an integer`);
    if (hasLongToken(value.params)) return invalid(`"progressToken" may have at most ${MAX_ID_CHARACTERS} characters`);
    return { kind: 'request', message: value as unknown as JsonRpcRequest };
  }
  if ('result' in value || 'error' in value) {
    if (id === undefined && 'result' in value) return invalid('a response needs the "id" of its request');
    return { kind: 'response', message: value as unknown as JsonRpcResponse };
  }
  return invalid('"method" is missing');
}

function hasLongToken(params: unknown): boolean {
  const meta = isObject(params) ? params._meta : undefined;
  const token = isObject(meta) ? meta.progressToken : undefined;
  return typeof token === 'string' && token.length > MAX_ID_CHARACTERS;
}

/** Serializes a notification for the wire. Members that are `undefined` are omitted. */
export const notificationText = (method: string, params?: object): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params });

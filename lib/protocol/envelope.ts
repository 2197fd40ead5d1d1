import { ErrorCode, McpError } from './errors.js';
import { isLogLevel, type LogLevel } from './log-levels.js';
import { isObject, type JsonObject } from './messages.js';
import { META } from './meta-keys.js';

/** The metadata a modern request carries in `params._meta` (E-3..E-6). It is valid for that request only. */
export interface Envelope {
  readonly protocolVersion: string;
  readonly clientCapabilities: Readonly<JsonObject>;
  readonly clientInfo?: JsonObject;
  readonly logLevel?: LogLevel;
}

/** Whether a message claims to be modern, whether or not the rest of it is valid. */
export const hasClaim = (message: unknown): boolean => {
  const meta = metaOf(message);
  return meta !== undefined && META.protocolVersion in meta;
};

export const metaOf = (message: unknown): JsonObject | undefined => {
  if (!isObject(message) || !isObject(message.params)) return undefined;
  return isObject(message.params._meta) ? message.params._meta : undefined;
};

/** @throws {McpError} `-32602`, which names each key that is missing or of the wrong type (decision table row 12). */
export function readEnvelope(meta: JsonObject | undefined): Envelope {
  const invalid: string[] = [];
  const version = meta?.[META.protocolVersion];
  const capabilities = meta?.[META.clientCapabilities];
  const clientInfo = meta?.[META.clientInfo];
  const logLevel = meta?.[META.logLevel];
  if (typeof version !== 'string') invalid.push(META.protocolVersion);
  if (!isObject(capabilities)) invalid.push(META.clientCapabilities);
  if (clientInfo !== undefined && !isObject(clientInfo)) invalid.push(META.clientInfo);
  if (logLevel !== undefined && !isLogLevel(logLevel)) invalid.push(META.logLevel);
  if (invalid.length > 0) {
    throw new McpError(ErrorCode.InvalidParams, `params._meta lacks a valid value for: ${invalid.join(', ')}`, {
      data: { invalid },
    });
  }
  return {
    protocolVersion: version as string,
    clientCapabilities: capabilities as JsonObject,
    clientInfo: clientInfo as JsonObject | undefined,
    logLevel: logLevel as LogLevel | undefined,
  };
}

import { ErrorCode, McpError } from './errors.js';
import { isLogLevel, type LogLevel } from './log-levels.js';
import { isObject, type JsonObject } from './messages.js';
import { META } from './meta-keys.js';

/** What a modern request says about itself in `params._meta` (E-3..E-6). Valid for this request alone. */
export interface Envelope {
  readonly protocolVersion: string;
  readonly clientCapabilities: Readonly<JsonObject>;
  readonly clientInfo?: JsonObject;
  readonly logLevel?: LogLevel;
}

/** The claim: whether a message says that it is modern, whatever it says else. */
export const hasClaim = (message: unknown): boolean => {
  const meta = metaOf(message);
  return meta !== undefined && META.protocolVersion in meta;
};

export const metaOf = (message: unknown): JsonObject | undefined => {
  if (!isObject(message) || !isObject(message.params)) return undefined;
  return isObject(message.params._meta) ? message.params._meta : undefined;
};

/** @throws {McpError} `-32602` naming each key that is missing or of the wrong type (ladder row 12). */
export function readEnvelope(meta: JsonObject | undefined): Envelope {
  const wrong: string[] = [];
  const version = meta?.[META.protocolVersion];
  const capabilities = meta?.[META.clientCapabilities];
  const clientInfo = meta?.[META.clientInfo];
  const logLevel = meta?.[META.logLevel];
  if (typeof version !== 'string') wrong.push(META.protocolVersion);
  if (!isObject(capabilities)) wrong.push(META.clientCapabilities);
  if (clientInfo !== undefined && !isObject(clientInfo)) wrong.push(META.clientInfo);
  if (logLevel !== undefined && !isLogLevel(logLevel)) wrong.push(META.logLevel);
  if (wrong.length > 0) {
    throw new McpError(ErrorCode.InvalidParams, `params._meta lacks a valid value for: ${wrong.join(', ')}`, {
      data: { invalid: wrong },
    });
  }
  return {
    protocolVersion: version as string,
    clientCapabilities: capabilities as JsonObject,
    clientInfo: clientInfo as JsonObject | undefined,
    logLevel: logLevel as LogLevel | undefined,
  };
}

import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../../protocol/messages.js';
import { isObject } from '../../protocol/messages.js';
import { type Received, readMessages, readText } from '../http/read-messages.js';
import type { RunningRequest } from './running-request.js';
import { McpResponseError } from './response-error.js';

/** What to do with each kind of message. */
export interface Reader {
  /** A request of the server (legacy). */
  asked?(message: JsonObject): void;
  /** A response. @returns whether it is the one that is waited for */
  answered(message: JsonObject): boolean;
  /** A notification. @returns whether it is for the client only, and not for the test */
  heeded?(method: string): boolean;
}

/**
 * Reads the messages of a response to its end: who closed a connection right after the answer would seem to have left.
 *
 * @returns whether the answer is among them; otherwise the connection has ended too early
 */
export async function readReply(response: IncomingMessage, run: RunningRequest, reader: Reader): Promise<boolean> {
  let isAnswered = false;
  try {
    for await (const received of readMessages(response)) isAnswered = take(received, run, reader) || isAnswered;
  } catch (error) {
    if (!isCut(error)) throw error;
  }
  return isAnswered;
}

function take({ message, id }: Received, run: RunningRequest, reader: Reader): boolean {
  if (id !== undefined) run.at(id);
  if (message === undefined) return false;
  const { method } = message;
  if (typeof method !== 'string') return reader.answered(message);
  if ('id' in message) reader.asked?.(message);
  else if (!reader.heeded?.(method)) run.notified({ method, params: isObject(message.params) ? message.params : {} });
  return false;
}

const CUT: readonly unknown[] = ['ABORT_ERR', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

/** Whether a connection was cut, by the test or by the server. */
export const isCut = (error: unknown): boolean => CUT.includes((error as { readonly code?: unknown }).code);

/** @throws {McpResponseError} unless the HTTP request was accepted; a JSON-RPC error is read by who waits for it */
export async function requireAccepted(method: string, response: IncomingMessage): Promise<void> {
  const { statusCode = 0, headers } = response;
  if (statusCode < 300) return;
  const text = await readText(response);
  throw new McpResponseError(method, statusCode, headers, errorIn(text) ?? text);
}

function errorIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { error?: unknown }).error;
  } catch {
    return undefined;
  }
}

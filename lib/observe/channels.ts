import { type Channel, channel } from 'node:diagnostics_channel';
import type { McpEvent, McpEventKind } from './event.js';

/**
 * The name of the channel of `node:diagnostics_channel` on which the servers of this process publish events of one
 * kind. Nothing is made of an event that nobody listens to.
 *
 * - The channels are of the process: look at `server` and `instance` where there are several servers.
 * - What a subscriber throws is an uncaught exception, as on all channels of Node.
 * - A request is served within the stores that are bound to the channel of `request-start` with `bindStore()`.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe(mcpChannel('request'), (message) => {
 *   const { method, name, outcome, milliseconds } = message as McpAuditRequest;
 *   console.log(method, name, outcome, milliseconds);
 * });
 * ```
 *
 * @param kind `kind` of the events
 * @publicApi
 */
export const mcpChannel = (kind: McpEventKind): `nestjs-mcp-fleet:${McpEventKind}` => `nestjs-mcp-fleet:${kind}`;

const of = (kind: McpEventKind): Channel<unknown, McpEvent> => channel(mcpChannel(kind)) as Channel<unknown, McpEvent>;

/** Kept for ever, because Node forgets a channel without subscribers that nobody holds. */
export const CHANNELS: { readonly [K in McpEventKind]: Channel<unknown, McpEvent> } = {
  'request-start': of('request-start'),
  request: of('request'),
  refusal: of('refusal'),
  'session-start': of('session-start'),
  'session-end': of('session-end'),
  'task-end': of('task-end'),
  question: of('question'),
  'question-end': of('question-end'),
  answer: of('answer'),
  'stream-resume': of('stream-resume'),
  'lease-loss': of('lease-loss'),
  hop: of('hop'),
};

import type { IncomingMessage } from 'node:http';
import type { LogLevel } from '../../protocol/log-levels.js';
import { isObject, type JsonObject, type JsonRpcResponse } from '../../protocol/messages.js';
import type { LegacyRevision } from '../../protocol/revisions.js';
import type { Line } from '../http/line.js';
import type { McpQuestion } from './answers.js';
import type { Dialect, ListenFilter, McpServerInfo } from './dialect.js';
import { isCut, readReply, requireAccepted } from './read-reply.js';
import { McpResponseError } from './response-error.js';
import { RunningRequest } from './running-request.js';

export interface LegacyOptions {
  /** The revision that is asked for. */
  readonly revision: LegacyRevision;
  readonly capabilities: () => JsonObject;
  readonly logLevel: () => LogLevel | undefined;
  readonly clientInfo: JsonObject;
  readonly newRun: () => RunningRequest;
}

/** A client of 2025-11-25 and older: a session, questions as requests, and streams that can be resumed. */
export class LegacyDialect implements Dialect {
  #id = 0;
  #session: Record<string, string> = {};
  readonly #ids = new WeakMap<RunningRequest, number>();
  readonly #answered = new Set<unknown>();

  constructor(
    private readonly line: Line,
    private readonly options: LegacyOptions,
  ) {}

  async open(): Promise<McpServerInfo> {
    const { revision, capabilities, clientInfo, logLevel } = this.options;
    const params = { protocolVersion: revision, capabilities: capabilities(), clientInfo };
    const run = this.options.newRun();
    const response = await this.#post(this.#message('initialize', params, run), run);
    const welcome = (await this.#result('initialize', response, run)) as unknown as Welcome;
    const session = response.headers['mcp-session-id'];
    this.#session = {
      ...(session !== undefined && { 'mcp-session-id': String(session) }),
      ...(welcome.protocolVersion >= '2025-06-18' && { 'mcp-protocol-version': welcome.protocolVersion }),
    };
    await this.notify('notifications/initialized');
    const level = logLevel();
    if (level !== undefined) await this.request('logging/setLevel', { level }, this.options.newRun());
    const { serverInfo, capabilities: offered, instructions, protocolVersion } = welcome;
    return {
      ...{ ...serverInfo, capabilities: offered, revision: protocolVersion },
      ...(instructions !== undefined && { instructions }),
    };
  }

  /** The id of the session. Default: none was opened. */
  get session(): string | undefined {
    return this.#session['mcp-session-id'];
  }

  async request(method: string, given: JsonObject, run: RunningRequest): Promise<JsonObject> {
    const params = run.startsTask ? { ...given, task: {} } : given;
    return this.#result(method, await this.#post(this.#message(method, params, run), run), run);
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    await this.#say({ jsonrpc: '2.0', method, ...(params && { params }) });
  }

  async cancel(run: RunningRequest, reason: string): Promise<void> {
    const requestId = this.#ids.get(run);
    if (requestId !== undefined) await this.notify('notifications/cancelled', { requestId, reason });
    run.end(new Error(`The client has cancelled the request: ${reason}`));
  }

  async listen({ updates = [] }: ListenFilter, run: RunningRequest, connected: () => void): Promise<void> {
    for (const uri of updates) await this.request('resources/subscribe', { uri }, this.options.newRun());
    try {
      for (let first = true; !run.over; first = false) {
        if (!first) await run.disconnected();
        await this.#listenOnce(run, connected);
      }
    } finally {
      // The session may be over by now.
      const forgotten = updates.map((uri) => this.request('resources/unsubscribe', { uri }, this.options.newRun()));
      await Promise.allSettled(forgotten);
    }
  }

  async close(): Promise<void> {
    if (this.session === undefined) return;
    const response = await this.line.send('DELETE', this.#session);
    response.resume();
  }

  async #listenOnce(run: RunningRequest, connected: () => void): Promise<void> {
    try {
      const response = await this.#get(run);
      await requireAccepted('GET', response);
      connected();
      await readReply(
        response,
        run,
        this.#reader(run, () => false),
      );
    } catch (error) {
      if (!isCut(error)) throw error;
    }
  }

  /** Reads the answer, from as many connections as it takes. */
  async #result(method: string, first: IncomingMessage, run: RunningRequest): Promise<JsonObject> {
    const id = this.#ids.get(run);
    let answer: JsonRpcResponse | undefined;
    const reader = this.#reader(run, (message) => {
      if (message.id !== id && message.id !== undefined) return false;
      answer = message as unknown as JsonRpcResponse;
      return true;
    });
    let response: IncomingMessage | undefined = first;
    for (;;) {
      const { statusCode = 0, headers }: Partial<IncomingMessage> = response ?? {};
      if (response) {
        await requireAccepted(method, response);
        if (await readReply(response, run, reader)) return resultOf(method, answer!, statusCode, headers ?? {});
      }
      if (run.over) throw run.over;
      if (run.lastEventId === undefined) {
        throw new Error(`The connection of ${method} was cut before there was an event to resume from.`);
      }
      await run.disconnected();
      response = await this.#reconnect(run);
    }
  }

  /** @returns `undefined` when that connection is cut as well */
  async #reconnect(run: RunningRequest): Promise<IncomingMessage | undefined> {
    try {
      const response = await this.#get(run);
      if (response.statusCode === 200) run.reconnected();
      return response;
    } catch (error) {
      if (!isCut(error)) throw error;
      return undefined;
    }
  }

  #reader(run: RunningRequest, answered: (message: JsonObject) => boolean) {
    return {
      answered,
      asked: (message: JsonObject) => void this.#reply(message, run).catch((error: Error) => run.end(error)),
    };
  }

  /** Answers a request of the server once, on whatever stream it comes, and however often. */
  async #reply({ id, method, params }: JsonObject, run: RunningRequest): Promise<void> {
    if (this.#answered.has(id)) return;
    this.#answered.add(id);
    if (method === 'ping') return this.#say({ jsonrpc: '2.0', id, result: {} });
    const question = { method, params: isObject(params) ? params : {} } as McpQuestion;
    try {
      await this.#say({ jsonrpc: '2.0', id, result: await run.ask(question) });
    } catch (error) {
      if (error !== run.failed) throw error;
      await this.#say({ jsonrpc: '2.0', id, error: { code: -32601, message: run.failed!.message } });
    }
  }

  #message(method: string, params: JsonObject, run: RunningRequest): JsonObject {
    const id = ++this.#id;
    this.#ids.set(run, id);
    return { jsonrpc: '2.0', id, method, params };
  }

  #post(message: JsonObject, run: RunningRequest): Promise<IncomingMessage> {
    return this.line.send('POST', this.#session, message, run.signal);
  }

  #get(run: RunningRequest): Promise<IncomingMessage> {
    const resume = run.lastEventId === undefined ? {} : { 'last-event-id': run.lastEventId };
    return this.line.send('GET', { ...this.#session, ...resume }, undefined, run.signal);
  }

  /** Sends what is not answered. */
  async #say(message: JsonObject): Promise<void> {
    const response = await this.line.send('POST', this.#session, message);
    await requireAccepted(typeof message.method === 'string' ? message.method : 'A response', response);
    response.resume();
  }
}

interface Welcome extends Omit<McpServerInfo, 'name' | 'version' | 'title' | 'revision'> {
  readonly protocolVersion: LegacyRevision;
  readonly serverInfo: Pick<McpServerInfo, 'name' | 'version' | 'title'>;
}

function resultOf(
  method: string,
  { result, error }: JsonRpcResponse,
  status: number,
  headers: IncomingMessage['headers'],
): JsonObject {
  if (error) throw new McpResponseError(method, status, headers, error);
  return result as JsonObject;
}

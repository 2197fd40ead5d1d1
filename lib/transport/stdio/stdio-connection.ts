import type { Dispatcher } from '../../engine/dispatcher.js';
import { errorAnswer } from '../../engine/answer.js';
import { Exchange, type Outlet, type Peer } from '../../engine/exchange.js';
import type { InFlight } from '../../engine/in-flight.js';
import { openSession } from '../../engine/methods/initialize.js';
import type { Envelope } from '../../protocol/envelope.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import { JsonRefused, parseJson } from '../../protocol/json.js';
import {
  classifyMessage,
  isRequestId,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../../protocol/messages.js';
import { type Era, MODERN_REVISION, TRAITS } from '../../protocol/revisions.js';
import { ANONYMOUS } from '../../session/principal.js';
import type { SessionRecord } from '../../session/session-record.js';
import type { LegacyServices } from '../legacy-services.js';
import { decideStdio } from './stdio-ladder.js';
import type { LineWriter } from './line-writer.js';
import { StdioSession } from './stdio-session.js';

export interface StdioServices {
  readonly dispatcher: Dispatcher;
  readonly inFlight: InFlight;
  readonly legacy: LegacyServices;
  readonly maxJsonDepth: number;
}

/** `1` and `"1"` are different requests. */
const keyOf = (id: RequestId): string => `${typeof id} ${id}`;

/** One client on the process's own pipes, of either era; which one it is shows with its first request. */
export class StdioConnection {
  readonly #running = new Map<string, Exchange>();
  #era: Era | undefined;
  #session: StdioSession | undefined;
  /** Lines are admitted one after the other, so that none overtakes the `initialize` before it; they run side by side. */
  #admitted: Promise<void> = Promise.resolve();

  constructor(
    private readonly services: StdioServices,
    private readonly writer: LineWriter,
  ) {}

  receive(line: Buffer | 'too-large'): void {
    this.#admitted = this.#admitted
      .then(() => this.#admit(line))
      .catch((error: unknown) => this.services.legacy.report(error));
  }

  /** The client is gone: nothing it asked for is of use to anybody. */
  async close(): Promise<void> {
    this.writer.close();
    for (const exchange of this.#running.values()) exchange.cancel('the client closed its output');
    await this.#admitted;
    await this.#session?.close();
  }

  async #admit(line: Buffer | 'too-large'): Promise<void> {
    if (line === 'too-large') return this.#refuse(undefined, new McpError(ErrorCode.InvalidRequest, 'The message is too large'));
    let value: unknown;
    try {
      value = parseJson(line, this.services.maxJsonDepth);
    } catch (error) {
      if (!(error instanceof JsonRefused)) throw error;
      return this.#refuse(undefined, new McpError(ErrorCode.ParseError, `Parse error: ${error.message}`));
    }
    return Array.isArray(value) ? this.#admitBatch(value) : this.#admitMessage(value, (json) => this.writer.write(json));
  }

  /** 2025-03-26 alone has batches; their answers come as an array too (G-36). */
  async #admitBatch(batch: readonly unknown[]): Promise<void> {
    const session = await this.#session?.current();
    if (!session || !TRAITS[session.revision].batches || batch.length === 0) {
      return this.#refuse(undefined, new McpError(ErrorCode.InvalidRequest, 'Invalid request: batches do not exist here'));
    }
    const answers: string[] = [];
    const running: Promise<void>[] = [];
    for (const value of batch) await this.#admitMessage(value, (json) => answers.push(json), running);
    void Promise.all(running).then(() => {
      if (answers.length > 0) this.writer.write(`[${answers.join(',')}]`);
    });
  }

  async #admitMessage(value: unknown, answer: (json: string) => void, running?: Promise<void>[]): Promise<void> {
    const message = classifyMessage(value);
    if (message.kind === 'invalid') {
      return this.#refuse(message.id, new McpError(ErrorCode.InvalidRequest, `Invalid request: ${message.reason}`));
    }
    if (message.kind === 'response') return;
    if (message.kind === 'notification') return this.#notified(message.message);
    try {
      const peer = await this.#peerOf(message.message);
      const run = this.#run(peer, message.message, answer);
      running?.push(run);
      // An `initialize` has to be answered before anything else is.
      if (message.message.method === 'initialize') await run;
    } catch (error) {
      if (!(error instanceof McpError)) throw error;
      answer(errorAnswer(message.message.id, this.#era ?? 'modern', error).text);
    }
  }

  async #run(peer: Peer, request: JsonRpcRequest, answer: (json: string) => void): Promise<void> {
    const outlet: Outlet = { notify: (notification) => this.writer.write(JSON.stringify(notification)) };
    const exchange = new Exchange(peer, request, outlet);
    const key = keyOf(request.id);
    const leave = this.services.inFlight.enter(exchange);
    this.#running.set(key, exchange);
    const response = await this.services.dispatcher.answer(exchange);
    if (this.#running.get(key) === exchange) this.#running.delete(key);
    leave();
    if (response) answer(response.text);
  }

  /** @throws {McpError} for a request that cannot be served here */
  async #peerOf(request: JsonRpcRequest): Promise<Peer> {
    const decision = decideStdio(request, this.#era);
    if (decision.kind === 'modern') {
      if (decision.pins) this.#era ??= 'modern';
      return modernPeer(decision.envelope);
    }
    this.#era = 'legacy';
    if (decision.kind === 'initialize') return legacyPeer(await this.#initialize(request));
    const session = await this.#session?.current();
    if (!session) throw new McpError(ErrorCode.InvalidRequest, 'Send "initialize" first');
    return legacyPeer(session);
  }

  async #initialize(request: JsonRpcRequest): Promise<SessionRecord> {
    if (this.#session) throw new McpError(ErrorCode.InvalidRequest, 'This connection is initialized already');
    const record = openSession(request.params, ANONYMOUS);
    const { legacy } = this.services;
    await legacy.sessions.create(record);
    this.#session = new StdioSession(record, legacy, (json) => this.writer.write(json));
    return record;
  }

  #notified({ method, params }: JsonRpcNotification): void {
    if (method === 'notifications/cancelled' && isRequestId(params?.requestId)) {
      const exchange = this.#running.get(keyOf(params.requestId));
      if (exchange?.request.method !== 'initialize') exchange?.cancel('the client cancelled it');
    }
  }

  #refuse(id: RequestId | undefined, error: McpError): void {
    this.writer.write(errorAnswer(id, this.#era ?? 'modern', error).text);
  }
}

const PIPE = { principal: undefined, principalId: ANONYMOUS, headers: {}, http: undefined } as const;

const modernPeer = ({ clientCapabilities, clientInfo, logLevel }: Envelope): Peer => ({
  ...PIPE,
  era: 'modern',
  revision: MODERN_REVISION,
  clientCapabilities,
  clientInfo,
  logLevel,
  session: undefined,
});

const legacyPeer = (session: SessionRecord): Peer => ({
  ...PIPE,
  era: 'legacy',
  revision: session.revision,
  clientCapabilities: session.clientCapabilities,
  clientInfo: session.clientInfo,
  logLevel: session.logLevel,
  session,
});

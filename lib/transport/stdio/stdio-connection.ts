import type { Readable } from 'node:stream';
import { errorResponse } from '../../engine/response-writer.js';
import type { Dispatcher } from '../../engine/dispatcher.js';
import { Exchange } from '../../exchange/exchange.js';
import { legacyPeer, modernPeer, type Peer } from '../../exchange/peer.js';
import { toMcpError } from '../../exchange/failure.js';
import type { InFlight } from '../../engine/in-flight.js';
import { openSession } from '../../engine/methods/initialize.js';
import type { Subscriptions } from '../../engine/subscriptions.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import { JsonRefused, parseJson } from '../../protocol/json.js';
import {
  MAX_BATCH,
  classifyMessage,
  isRequestId,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
} from '../../protocol/messages.js';
import { type Era, TRAITS } from '../../protocol/revisions.js';
import { textOf } from '../../protocol/subscription-notification.js';
import { principalId, type Principal } from '../../session/principal.js';
import type { SessionRecord } from '../../session/session-record.js';
import type { LegacyServices } from '../legacy-services.js';
import { readLines } from './line-reader.js';
import { LineWriter, type Sink } from './line-writer.js';
import { classifyStdioRequest } from './classify-stdio-request.js';
import { StdioSession } from './stdio-session.js';

export interface StdioServices {
  readonly dispatcher: Dispatcher;
  readonly subscriptions: Subscriptions;
  readonly inFlight: InFlight;
  readonly legacy: LegacyServices;
  /** The user who started the process. Default: anonymous. */
  readonly principal?: Principal | undefined;
  readonly maxLineBytes: number;
  readonly maxJsonDepth: number;
}

/** A request that is being served. */
interface Run {
  readonly exchange: Exchange;
  readonly release: () => void;
  readonly done: Promise<void>;
}

type Respond = (json: string) => void;

/** How long a client that does not read may delay the end of the process, ms. */
const FLUSH_MS = 1000;

const invalid = (reason: string): McpError => new McpError(ErrorCode.InvalidRequest, `Invalid request: ${reason}`);

/** The connection to the one client on stdin and stdout. Its first request decides its era. */
export class StdioConnection {
  readonly #running = new Set<Run>();
  readonly #writer: LineWriter;
  #era: Era | undefined;
  #session: StdioSession | undefined;
  /**
   * Lines are admitted one after the other, so that none overtakes the `initialize` before it. Admitted requests run
   * concurrently.
   */
  #admitted: Promise<void> = Promise.resolve();
  #finishing = false;

  /** Resolves when the client has closed stdin or stdout. */
  readonly ended: Promise<void>;

  constructor(
    private readonly services: StdioServices,
    input: Readable,
    output: Sink,
  ) {
    this.#writer = new LineWriter(output, input);
    const end = new Promise<void>((resolve) => {
      readLines(input, services.maxLineBytes, (line) => this.#receive(line), resolve);
    });
    this.ended = Promise.race([end, this.#writer.broken]);
  }

  /**
   * Reads no more lines, ends subscriptions with their result (§3.2), and lets running requests finish for up to
   * `timeoutMs`. It then cancels them. Resolves when all responses have been written.
   */
  async finish(timeoutMs: number): Promise<void> {
    this.#finishing = true;
    await atMost(timeoutMs, this.#admitted);
    this.services.subscriptions.close();
    await atMost(timeoutMs, Promise.all([...this.#running].map(finished)));
    for (const { exchange, release } of this.#running) {
      exchange.cancel('the connection was closed');
      // A shutdown must not wait for a method that ignores its cancellation.
      release();
    }
    await this.#session?.close().catch(this.services.legacy.report);
    await atMost(FLUSH_MS, this.#writer.flush());
  }

  #receive(line: Buffer | 'too-large'): void {
    if (this.#finishing) return;
    this.#admitted = this.#admitted.then(() => this.#admit(line)).catch(this.services.legacy.report);
  }

  async #admit(line: Buffer | 'too-large'): Promise<void> {
    if (line === 'too-large') return this.#write(this.#errorText(undefined, invalid('the message is too large')));
    let value: unknown;
    try {
      value = parseJson(line, this.services.maxJsonDepth);
    } catch (error) {
      if (!(error instanceof JsonRefused)) throw error;
      return this.#write(
        this.#errorText(undefined, new McpError(ErrorCode.ParseError, `Parse error: ${error.message}`)),
      );
    }
    if (Array.isArray(value)) return this.#admitBatch(value);
    await this.#admitMessage(value, this.#write);
  }

  /** Only 2025-03-26 has batches; their responses are sent as an array too (G-36). */
  async #admitBatch(batch: readonly unknown[]): Promise<void> {
    const session = await this.#session?.current();
    const reject = (reason: string) => this.#write(this.#errorText(undefined, invalid(reason)));
    if (!session || !TRAITS[session.revision].batches) return reject('batches do not exist in this revision');
    if (batch.length === 0) return reject('an empty batch');
    if (batch.length > MAX_BATCH) return reject(`a batch of more than ${MAX_BATCH} messages`);
    const responses: string[] = [];
    const runs: Promise<void>[] = [];
    for (const value of batch) {
      const run = await this.#admitMessage(value, (json) => responses.push(json));
      if (run) runs.push(finished(run));
    }
    void Promise.all(runs).then(() => {
      if (responses.length > 0) this.#write(`[${responses.join(',')}]`);
    });
  }

  /** @returns the run, if the message is a request that could be started */
  async #admitMessage(value: unknown, respond: Respond): Promise<Run | undefined> {
    const message = classifyMessage(value);
    switch (message.kind) {
      case 'request':
        return this.#admitRequest(message.message, respond);
      case 'notification':
        await this.#handleNotification(message.message);
        return undefined;
      case 'invalid':
        respond(this.#errorText(message.id, invalid(message.reason)));
        return undefined;
      case 'response': {
        const session = await this.#session?.current();
        const { pending, observer } = this.services.legacy;
        if (session) await observer.answered(session, message.message, () => pending.answer(session, message.message));
        return undefined;
      }
    }
  }

  async #admitRequest(request: JsonRpcRequest, respond: Respond): Promise<Run | undefined> {
    let peer: Peer;
    try {
      peer = await this.#callerPeer(request);
    } catch (error) {
      if (!(error instanceof McpError)) this.services.legacy.report(error);
      respond(this.#errorText(request.id, toMcpError(error)));
      return undefined;
    }
    const run = this.#run(peer, request, respond);
    if (peer.era === 'legacy' && request.method === 'initialize') {
      // The response must be sent before any other message.
      await run.done;
      this.#session?.open(this.#write);
    }
    return run;
  }

  #run(peer: Peer, request: JsonRpcRequest, respond: Respond): Run {
    const exchange = new Exchange(peer, request, {
      notify: (message) => this.#write(textOf(message)),
      request: (message) => {
        this.#write(JSON.stringify(message));
        return true;
      },
    });
    const { inFlight } = this.services;
    const added = inFlight.add(exchange);
    const release = (): void => inFlight.remove(added);
    const done = Promise.resolve(this.services.dispatcher.dispatch(exchange)).then((response) => {
      this.#running.delete(run);
      release();
      if (response) respond(response.text);
    });
    const run: Run = { exchange, release, done };
    this.#running.add(run);
    return run;
  }

  /** @throws {McpError} if the request cannot be served on this connection */
  async #callerPeer(request: JsonRpcRequest): Promise<Peer> {
    const decision = classifyStdioRequest(request, this.#era);
    const { principal } = this.services;
    if (decision.kind === 'modern') {
      if (decision.pins) this.#era ??= 'modern';
      return modernPeer(decision.envelope, { principal });
    }
    this.#era = 'legacy';
    const session = await this.#session?.current();
    if (decision.kind === 'initialize') {
      if (session) throw invalid('this connection is already initialized');
      return legacyPeer(await this.#initialize(request), { principal });
    }
    if (!session) throw invalid('send "initialize" first');
    return legacyPeer(session, { principal });
  }

  async #initialize(request: JsonRpcRequest): Promise<SessionRecord> {
    const { legacy } = this.services;
    const broadcastsFrom = await legacy.feed.begin();
    const record = { ...openSession(request.params, principalId(this.services.principal)), broadcastsFrom };
    await legacy.sessions.create(record);
    legacy.observer.sessionStarted(record, { principal: this.services.principal });
    // The previous session was ended or lost by its store; a client on a pipe can then only initialize again.
    await this.#session?.close();
    this.#session = new StdioSession(record, legacy);
    return record;
  }

  async #handleNotification({ method, params }: JsonRpcNotification): Promise<void> {
    if (method === 'notifications/initialized') {
      await this.#session?.initialized();
    } else if (method === 'notifications/cancelled' && isRequestId(params?.requestId)) {
      // `1` and `"1"` are different requests (I-2).
      for (const { exchange } of this.#running) {
        if (exchange.request.id === params.requestId) exchange.cancel('the client cancelled the request');
      }
    }
  }

  readonly #write = (json: string): void => this.#writer.write(json);

  #errorText(id: RequestId | undefined, error: McpError): string {
    return errorResponse(id, this.#era ?? 'modern', error).text;
  }
}

/** Resolves when a request is completed or cancelled. A method may run on long after its cancellation. */
const finished = ({ exchange, done }: Run): Promise<void> =>
  Promise.race([done, new Promise<void>((resolve) => exchange.onCancel(() => resolve()))]);

/** Resolves when the work is done, or after a time limit. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

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
import { ANONYMOUS } from '../../session/principal.js';
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
  readonly maxLineBytes: number;
  readonly maxJsonDepth: number;
}

/** A request that is being served. */
interface Run {
  readonly exchange: Exchange;
  readonly leave: () => void;
  readonly done: Promise<void>;
}

type Reply = (json: string) => void;

/** How long a client that does not read may keep the process from ending, ms. */
const FLUSH_MS = 1000;

const invalid = (reason: string): McpError => new McpError(ErrorCode.InvalidRequest, `Invalid request: ${reason}`);

/** One client on the process's own pipes, of either era; which one it is shows with its first request. */
export class StdioConnection {
  readonly #running = new Set<Run>();
  readonly #writer: LineWriter;
  #era: Era | undefined;
  #session: StdioSession | undefined;
  /** Lines are admitted one after the other, so that none overtakes the `initialize` before it; they run side by side. */
  #admitted: Promise<void> = Promise.resolve();
  #finishing = false;

  /** Resolves when the client has closed its end of either pipe. */
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
   * Takes no more lines, ends subscriptions with their result (§3.2), and lets what else runs answer, at the latest after
   * `patienceMs`; then cancels it. @returns when everything is written that will be
   */
  async finish(patienceMs: number): Promise<void> {
    this.#finishing = true;
    await within(patienceMs, this.#admitted);
    this.services.subscriptions.close();
    await within(patienceMs, Promise.all([...this.#running].map(finished)));
    for (const { exchange, leave } of this.#running) {
      exchange.cancel('the connection is over');
      // What does not heed that is nothing a shutdown has to wait for.
      leave();
    }
    await this.#session?.close().catch(this.services.legacy.report);
    await within(FLUSH_MS, this.#writer.flush());
  }

  #receive(line: Buffer | 'too-large'): void {
    if (this.#finishing) return;
    this.#admitted = this.#admitted.then(() => this.#admit(line)).catch(this.services.legacy.report);
  }

  async #admit(line: Buffer | 'too-large'): Promise<void> {
    if (line === 'too-large') return this.#write(this.#refusal(undefined, invalid('the message is too large')));
    let value: unknown;
    try {
      value = parseJson(line, this.services.maxJsonDepth);
    } catch (error) {
      if (!(error instanceof JsonRefused)) throw error;
      return this.#write(this.#refusal(undefined, new McpError(ErrorCode.ParseError, `Parse error: ${error.message}`)));
    }
    if (Array.isArray(value)) return this.#admitBatch(value);
    await this.#admitMessage(value, this.#write);
  }

  /** 2025-03-26 alone has batches; their answers come as an array too (G-36). */
  async #admitBatch(batch: readonly unknown[]): Promise<void> {
    const session = await this.#session?.current();
    const refuse = (reason: string) => this.#write(this.#refusal(undefined, invalid(reason)));
    if (!session || !TRAITS[session.revision].batches) return refuse('batches do not exist here');
    if (batch.length === 0) return refuse('a batch of nothing');
    if (batch.length > MAX_BATCH) return refuse(`a batch of more than ${MAX_BATCH} messages`);
    const answers: string[] = [];
    const runs: Promise<void>[] = [];
    for (const value of batch) {
      const run = await this.#admitMessage(value, (json) => answers.push(json));
      if (run) runs.push(finished(run));
    }
    void Promise.all(runs).then(() => {
      if (answers.length > 0) this.#write(`[${answers.join(',')}]`);
    });
  }

  /** @returns the run of a request that could be started */
  async #admitMessage(value: unknown, answer: Reply): Promise<Run | undefined> {
    const message = classifyMessage(value);
    switch (message.kind) {
      case 'request':
        return this.#admitRequest(message.message, answer);
      case 'notification':
        await this.#notified(message.message);
        return undefined;
      case 'invalid':
        answer(this.#refusal(message.id, invalid(message.reason)));
        return undefined;
      case 'response': {
        const session = await this.#session?.current();
        if (session) await this.services.legacy.pending.answer(session, message.message);
        return undefined;
      }
    }
  }

  async #admitRequest(request: JsonRpcRequest, answer: Reply): Promise<Run | undefined> {
    let peer: Peer;
    try {
      peer = await this.#callerPeer(request);
    } catch (error) {
      if (!(error instanceof McpError)) this.services.legacy.report(error);
      answer(this.#refusal(request.id, toMcpError(error)));
      return undefined;
    }
    const run = this.#run(peer, request, answer);
    if (peer.era === 'legacy' && request.method === 'initialize') {
      // Has to be answered before anything else is.
      await run.done;
      this.#session?.open(this.#write);
    }
    return run;
  }

  #run(peer: Peer, request: JsonRpcRequest, answer: Reply): Run {
    const exchange = new Exchange(peer, request, {
      notify: (message) => this.#write(JSON.stringify(message)),
      request: (message) => {
        this.#write(JSON.stringify(message));
        return true;
      },
    });
    const leave = this.services.inFlight.add(exchange);
    const done = this.services.dispatcher.dispatch(exchange).then((response) => {
      this.#running.delete(run);
      leave();
      if (response) answer(response.text);
    });
    const run: Run = { exchange, leave, done };
    this.#running.add(run);
    return run;
  }

  /** @throws {McpError} for a request that cannot be served here */
  async #callerPeer(request: JsonRpcRequest): Promise<Peer> {
    const decision = classifyStdioRequest(request, this.#era);
    if (decision.kind === 'modern') {
      if (decision.pins) this.#era ??= 'modern';
      return modernPeer(decision.envelope);
    }
    this.#era = 'legacy';
    const session = await this.#session?.current();
    if (decision.kind === 'initialize') {
      if (session) throw invalid('this connection is initialized already');
      return legacyPeer(await this.#initialize(request));
    }
    if (!session) throw invalid('send "initialize" first');
    return legacyPeer(session);
  }

  async #initialize(request: JsonRpcRequest): Promise<SessionRecord> {
    const record = openSession(request.params, ANONYMOUS);
    const { legacy } = this.services;
    await legacy.sessions.create(record);
    // There is one already when it was ended, or lost by its store: a client on a pipe can only begin anew.
    await this.#session?.close();
    this.#session = new StdioSession(record, legacy);
    return record;
  }

  async #notified({ method, params }: JsonRpcNotification): Promise<void> {
    if (method === 'notifications/initialized') {
      await this.#session?.initialized();
    } else if (method === 'notifications/cancelled' && isRequestId(params?.requestId)) {
      // `1` and `"1"` are different requests (I-2).
      for (const { exchange } of this.#running) {
        if (exchange.request.id === params.requestId) exchange.cancel('the client cancelled it');
      }
    }
  }

  readonly #write = (json: string): void => this.#writer.write(json);

  #refusal(id: RequestId | undefined, error: McpError): string {
    return errorResponse(id, this.#era ?? 'modern', error).text;
  }
}

/** Resolves when a request is answered or cancelled; a method may go on for long after the latter. */
const finished = ({ exchange, done }: Run): Promise<void> =>
  Promise.race([done, new Promise<void>((resolve) => exchange.onCancel(() => resolve()))]);

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}

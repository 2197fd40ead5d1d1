import type { Exchange } from '../exchange/exchange.js';
import type { Sender } from '../exchange/peer.js';
import type { InputRequest } from '../interaction/input-request.js';
import type { ObservedQuestion } from '../interaction/question-observer.js';
import type { JsonObject, JsonRpcResponse } from '../protocol/messages.js';
import type { SessionKey, SessionRecord } from '../session/session-record.js';
import { STANDALONE_STREAM } from '../stream/event-log.js';
import type { TaskObserver } from '../task/task-run.js';
import type { TaskRecord } from '../task/task-record.js';
import type { McpAuditCaller, McpAuditReason, McpAuditRequest } from './audit-event.js';
import { callerOf } from './caller-of.js';
import { CHANNELS } from './channels.js';
import type { EventOf, McpEvent, McpEventKind, McpQuestion, McpRequestStart, McpResumeOutcome } from './event.js';
import { ObservedRequest, type RequestObserver } from './observed-request.js';
import { type Ending, endingOfTask } from './outcome-of.js';
import { redacted } from './redacted.js';
import { sessionDigest } from './session-digest.js';
import type { Subject } from './subject.js';
import type { Tracing } from './tracing.js';

export interface ObserverOptions {
  /** The name of this instance. */
  readonly instance: string;
  /** The name of the server; `undefined` for the default server. */
  readonly server: string | undefined;
  /** Whether events of requests have arguments. */
  readonly arguments: boolean;
  /** Tells what a request is about. */
  readonly subjectOf: (method: string, params: JsonObject) => Subject;
}

type Listener = (event: McpEvent, exchange?: Exchange) => void;

/**
 * What happens on one server, told by those who know that it has happened. It makes an event of it for listeners of this
 * server and subscribers of the channels, and nothing while there are none. Nothing of it waits or throws.
 */
export class Observer implements TaskObserver, RequestObserver {
  readonly #listeners = new Map<McpEventKind, readonly Listener[]>();
  readonly #options: ObserverOptions;
  #tracing: Tracing | undefined;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /**
   * Calls a listener, which must not throw, with each event of these kinds, and with the request that it is about, if that is
   * known. @returns a function that removes it
   */
  listen<K extends McpEventKind>(
    kinds: readonly K[],
    told: (event: EventOf<K>, exchange?: Exchange) => void,
  ): () => void {
    // Called with events of its kinds only.
    const listener = told as Listener;
    for (const kind of kinds) this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener]);
    return () => {
      for (const kind of kinds) {
        const left = this.#listeners.get(kind)?.filter((other) => other !== listener) ?? [];
        if (left.length > 0) this.#listeners.set(kind, left);
        else this.#listeners.delete(kind);
      }
    };
  }

  /** Whether anybody is told of events of a kind, for what has to be found out first. */
  isTold(kind: McpEventKind): boolean {
    return CHANNELS[kind].hasSubscribers || this.#listeners.has(kind);
  }

  /** Has requests followed, with what they cause. @returns a function that ends that */
  trace(tracing: Tracing): () => void {
    this.#tracing = tracing;
    return () => (this.#tracing = undefined);
  }

  /**
   * A request is dispatched.
   *
   * @param isKnown whether the server has its method
   * @returns `undefined` if nobody wants to know how it goes on
   */
  begin(exchange: Exchange, isKnown: boolean): ObservedRequest | undefined {
    const tracing = this.#tracing?.isHeard ? this.#tracing : undefined;
    if (!tracing && !this.isTold('request') && !this.isTold('request-start')) return undefined;
    return new ObservedRequest(this, exchange, tracing?.request(exchange, this.#subjectOf(exchange), isKnown));
  }

  /** Serves a request within the stores of those who subscribe to its start. */
  requestStarted<T>(exchange: Exchange, serve: () => T): T {
    if (!this.isTold('request-start')) return serve();
    const event: McpRequestStart = { kind: 'request-start', ...this.#origin(), ...this.#described(exchange) };
    this.#tellListeners(event, exchange);
    return CHANNELS['request-start'].runStores(event, serve);
  }

  requestEnded(exchange: Exchange, { outcome, reason, code }: Ending, milliseconds: number): void {
    if (!this.isTold('request')) return;
    const subject = this.#subjectOf(exchange);
    const event: { -readonly [K in keyof McpAuditRequest]: McpAuditRequest[K] } = {
      kind: 'request',
      ...this.#origin(),
      ...this.#described(exchange, subject),
      outcome,
      milliseconds: rounded(milliseconds),
    };
    if (reason !== undefined) event.reason = reason;
    if (code !== undefined) event.code = code;
    if (this.#options.arguments) {
      const { arguments: args, schema } = subject;
      if (args) event.arguments = redacted(args, schema);
    }
    this.#tell(event, exchange);
  }

  /** An HTTP request was refused before its method ran. */
  refused(status: number, reason: McpAuditReason, { principal, address }: Sender): void {
    if (!this.isTold('refusal')) return;
    const who = callerOf(principal, address);
    this.#tell({ kind: 'refusal', ...this.#origin(), who, outcome: 'refused', reason, status, via: 'http' });
  }

  sessionStarted({ id, revision }: SessionRecord, { principal, address }: Sender): void {
    if (!this.isTold('session-start')) return;
    const who = callerOf(principal, address);
    this.#tell({ kind: 'session-start', ...this.#origin(), who, revision, session: sessionDigest(id) });
  }

  sessionEnded({ id, openedAt }: Pick<SessionRecord, 'id' | 'openedAt'>, who: McpAuditCaller): void {
    if (!this.isTold('session-end')) return;
    const origin = this.#origin();
    // It may have been opened by the clock of another instance.
    const open = openedAt === undefined ? {} : { milliseconds: Math.max(0, origin.at - openedAt) };
    this.#tell({ kind: 'session-end', ...origin, who, session: sessionDigest(id), outcome: 'ok', ...open });
  }

  /** A session has expired, or was ended to make room for another one. */
  sessionExpired({ principal, id }: SessionKey): void {
    if (!this.isTold('session-end')) return;
    // The store keeps no more of its owner than this.
    const who = { principal };
    this.#tell({ kind: 'session-end', ...this.#origin(), who, session: sessionDigest(id), outcome: 'timeout' });
  }

  streamResumed({ id }: SessionKey, stream: string, outcome: McpResumeOutcome): void {
    if (!this.isTold('stream-resume')) return;
    const of = stream === STANDALONE_STREAM ? 'standalone' : 'response';
    this.#tell({ kind: 'stream-resume', ...this.#origin(), outcome, stream: of, session: sessionDigest(id) });
  }

  asked(exchange: Exchange, id: string, request: InputRequest, mayMark = false): ObservedQuestion | undefined {
    const traced = this.#tracing?.question(exchange, id, request);
    if (!this.isTold('question') && !this.isTold('question-end')) return traced;
    const told = this.#tellQuestion(exchange, mayMark ? (traced?.id ?? id) : id, request);
    const ended: ObservedQuestion['ended'] = (outcome) => {
      traced?.ended(outcome);
      told(outcome);
    };
    return { ...traced, ended };
  }

  /** @returns tells how it has ended */
  #tellQuestion(exchange: Exchange, id: string, { method }: InputRequest): ObservedQuestion['ended'] {
    const { name, session } = this.#described(exchange);
    const question: Omit<McpQuestion, 'kind' | 'at'> = {
      ...this.#where(),
      question: id,
      method,
      requestId: exchange.request.id,
      ...(name !== undefined && { name }),
      ...(session !== undefined && { session }),
    };
    this.#tell({ kind: 'question', at: Date.now(), ...question }, exchange);
    const askedAt = performance.now();
    return (outcome) => {
      const milliseconds = rounded(performance.now() - askedAt);
      this.#tell({ kind: 'question-end', at: Date.now(), ...question, outcome, milliseconds }, exchange);
    };
  }

  /** Passes the answer of a client on, wherever it is waited for. @returns what `pass` returns */
  async answered(
    { principal, id }: SessionKey,
    answer: JsonRpcResponse,
    pass: () => Promise<boolean>,
  ): Promise<boolean> {
    const receivedAt = performance.now();
    const traced = this.#tracing?.answer({ principal, id }, answer);
    let accepted = false;
    try {
      accepted = await (traced ? traced.run(pass) : pass());
    } finally {
      traced?.ended(accepted);
    }
    if (this.isTold('answer')) {
      const question = shortened(String(answer.id));
      const milliseconds = rounded(performance.now() - receivedAt);
      const session = sessionDigest(id);
      this.#tell({ kind: 'answer', ...this.#origin(), question, session, accepted, milliseconds });
    }
    return accepted;
  }

  taskEnded(task: TaskRecord): void {
    if (!this.isTold('task-end')) return;
    const { principal, session } = task.caller;
    this.#tell({
      kind: 'task-end',
      ...this.#origin(),
      milliseconds: task.updatedAt - task.createdAt,
      who: callerOf(principal, undefined),
      ...(session !== undefined && { session: sessionDigest(session) }),
      name: task.tool,
      ...endingOfTask(task),
    });
  }

  /** @param side whether this instance has lost it, or has taken the task over */
  leaseLost({ tool, fence }: TaskRecord, side: 'former' | 'successor'): void {
    if (!this.isTold('lease-loss')) return;
    this.#tell({ kind: 'lease-loss', ...this.#origin(), side, name: tool, runs: fence });
  }

  currentTrace(): string | undefined {
    return this.#tracing?.current();
  }

  ranAgain<T>(task: TaskRecord, run: () => Promise<T>): Promise<T> {
    return this.#tracing ? this.#tracing.taskRun(task, run) : run();
  }

  /** A message has come through the broker. */
  hopped(milliseconds: number): void {
    if (this.isTold('hop')) this.#tell({ kind: 'hop', ...this.#origin(), milliseconds: rounded(milliseconds) });
  }

  #tell(event: McpEvent, exchange?: Exchange): void {
    this.#tellListeners(event, exchange);
    CHANNELS[event.kind].publish(event);
  }

  #tellListeners(event: McpEvent, exchange?: Exchange): void {
    for (const listener of this.#listeners.get(event.kind) ?? []) listener(event, exchange);
  }

  /** What the start and the end of a request say of it. */
  #described(exchange: Exchange, { name }: Subject = this.#subjectOf(exchange)) {
    const { request, peer } = exchange;
    const { era, revision, principal, session, address, via } = peer;
    return {
      who: callerOf(principal, address),
      method: shortened(request.method),
      ...(name !== undefined && { name: shortened(name) }),
      era,
      revision,
      requestId: request.id,
      via,
      ...(session && { session: sessionDigest(session.id) }),
    };
  }

  #subjectOf({ request }: Exchange): Subject {
    return this.#options.subjectOf(request.method, request.params ?? {});
  }

  #origin() {
    return { at: Date.now(), ...this.#where() };
  }

  #where() {
    const { instance, server } = this.#options;
    return server === undefined ? { instance } : { instance, server };
  }
}

/** To a thousandth, ms. */
const rounded = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;

/** Clients choose methods and names, and an event must not be as large as they like. */
const shortened = (text: string): string => text.slice(0, 128);

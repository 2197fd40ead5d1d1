import type { Exchange } from '../../exchange/exchange.js';
import type { McpAuditRefusal, McpAuditRequest } from '../../observe/audit-event.js';
import type { EventOf } from '../../observe/event.js';
import type { Observer } from '../../observe/observer.js';
import { redacted } from '../../observe/redacted.js';
import type { Subject } from '../../observe/subject.js';
import type { JsonObject } from '../../protocol/messages.js';
import type { InspectorSettings } from '../inspector-options.js';
import type { AnswerRecord, CallRecord } from '../wire/call.js';
import type { GapRecord } from '../wire/gap.js';
import type { InstanceReport } from '../wire/instance.js';
import type { RefusalRecord } from '../wire/refusal.js';
import type { CallIds } from './call-ids.js';
import { callerOfEvent } from './caller-of-event.js';
import { Latencies } from './latencies.js';
import { OpenQuestions } from './open-questions.js';
import { Reservoir } from './reservoir.js';

/** Refusals, gaps and answers in a report. */
const MAX_OF_EACH = 50;
/** Of the arguments of one call, characters. */
const MAX_ARGUMENTS = 4000;

type Recorded = Pick<
  InstanceReport,
  | 'calls'
  | 'callsLeftOut'
  | 'latencies'
  | 'refusals'
  | 'refusalsLeftOut'
  | 'gaps'
  | 'gapsLeftOut'
  | 'questions'
  | 'questionsLeftOut'
  | 'answers'
>;

export interface RecorderOptions {
  readonly observer: Observer;
  /** The id of this instance. */
  readonly instance: string;
  readonly settings: InspectorSettings;
  /** Calls in a report. */
  readonly maxCalls: number;
  readonly ids: CallIds;
  readonly subjectOf: (method: string, params: JsonObject) => Subject;
}

/** Records what happens on this instance, from `begin()` to `end()` only: before and after nobody tells it anything. */
export class Recorder {
  readonly #latencies = new Latencies();
  readonly #calls: Reservoir<CallRecord>;
  readonly #refusals = new Reservoir<RefusalRecord>(MAX_OF_EACH);
  readonly #gaps = new Reservoir<GapRecord>(MAX_OF_EACH);
  readonly #answers = new Reservoir<AnswerRecord>(MAX_OF_EACH);
  readonly #questions: OpenQuestions;
  #stopListening: readonly (() => void)[] = [];
  /** From the last message that came through the broker, ms. */
  hopMs: number | null = null;

  constructor(private readonly options: RecorderOptions) {
    this.#calls = new Reservoir(options.maxCalls);
    this.#questions = new OpenQuestions(options);
  }

  begin(): void {
    const { observer, instance } = this.options;
    this.#stopListening = [
      observer.listen(['request'], (event, exchange) => exchange && this.#ended(event, exchange)),
      observer.listen(['refusal'], (event) => this.#refusals.add(() => this.#refusal(event))),
      observer.listen(['question'], (event, exchange) => this.#questions.asked(event, exchange)),
      observer.listen(['question-end'], (event, exchange) => this.#questions.ended(event, exchange)),
      observer.listen(['answer'], ({ at, session, question, milliseconds }) =>
        this.#answers.add(() => ({ instance, at, session, question, milliseconds })),
      ),
      observer.listen(['stream-resume'], (event) => this.#resumed(event)),
      observer.listen(['hop'], ({ milliseconds }) => (this.hopMs = milliseconds)),
    ];
  }

  take(): Recorded {
    const calls = this.#calls.take();
    const refusals = this.#refusals.take();
    const gaps = this.#gaps.take();
    const byTime = (a: { readonly at: number }, b: { readonly at: number }): number => a.at - b.at;
    return {
      calls: calls.kept.sort((a, b) => a.startedAt + a.milliseconds - b.startedAt - b.milliseconds),
      callsLeftOut: calls.leftOut,
      latencies: this.#latencies.take(),
      ...{ refusals: refusals.kept.sort(byTime), refusalsLeftOut: refusals.leftOut },
      ...{ gaps: gaps.kept.sort(byTime), gapsLeftOut: gaps.leftOut },
      ...this.#questions.open(),
      answers: this.#answers.take().kept,
    };
  }

  end(): void {
    for (const stop of this.#stopListening) stop();
    this.#stopListening = [];
    this.#questions.clear();
    this.hopMs = null;
    this.take();
  }

  #ended(event: McpAuditRequest, exchange: Exchange): void {
    const { method, name, milliseconds, outcome } = event;
    this.#latencies.add(method, name, milliseconds, ERRORS.has(outcome));
    this.#calls.add(() => this.#call(event, exchange));
  }

  #call(event: McpAuditRequest, exchange: Exchange): CallRecord {
    const { at, method, name, era, revision, via, milliseconds, outcome, reason, code, requestId } = event;
    const { instance, settings, ids, subjectOf } = this.options;
    const startedAt = Math.round(at - milliseconds);
    const traceId = traceIdOf(exchange);
    const steps = this.#questions.stepsOf(exchange, startedAt);
    return {
      ...{ id: ids.of(exchange), instance, startedAt, method, era, revision, via, milliseconds, outcome },
      caller: callerOfEvent(event, exchange, settings),
      requestId: typeof requestId === 'string' ? requestId.slice(0, 64) : requestId,
      ...(name !== undefined && { name }),
      ...(reason !== undefined && { reason }),
      ...(code !== undefined && { code }),
      ...(traceId !== undefined && { traceId }),
      ...(settings.showArguments && shownArguments(subjectOf(method, exchange.request.params ?? {}))),
      ...(steps.length > 0 && { steps }),
    };
  }

  #refusal(event: McpAuditRefusal): RefusalRecord {
    const { at, reason, status, who } = event;
    const { instance, settings } = this.options;
    return {
      ...{ instance, at, reason, status, caller: callerOfEvent(event, undefined, settings) },
      ...(settings.showPrincipals && who.address !== undefined && { address: who.address }),
    };
  }

  #resumed({ at, session, outcome }: EventOf<'stream-resume'>): void {
    const reason = GAPS[outcome];
    if (reason !== undefined) this.#gaps.add(() => ({ instance: this.options.instance, at, session, reason }));
  }
}

/** The arguments without what is secret, unless they are too large for a page. */
function shownArguments({ arguments: args, schema }: Subject): Pick<CallRecord, 'arguments' | 'argumentsLeftOut'> {
  if (!args) return {};
  const shown = redacted(args, schema);
  return JSON.stringify(shown).length > MAX_ARGUMENTS ? { argumentsLeftOut: true } : { arguments: shown };
}

const ERRORS: ReadonlySet<string> = new Set(['tool-error', 'error', 'refused', 'timeout']);

const GAPS: Readonly<Partial<Record<EventOf<'stream-resume'>['outcome'], string>>> = {
  gap: 'The history no longer held what it had missed.',
  unknown: 'The stream is unknown, so that it was refused.',
};

/** Of the W3C trace context that a client has sent (SEP-414), or of the HTTP request. */
function traceIdOf({ request, peer }: Exchange): string | undefined {
  const meta = request.params?._meta as { readonly traceparent?: unknown } | undefined;
  const given = meta?.traceparent ?? peer.headers['traceparent'];
  return typeof given === 'string' ? /^[\da-f]{2}-([\da-f]{32})-/.exec(given)?.[1] : undefined;
}

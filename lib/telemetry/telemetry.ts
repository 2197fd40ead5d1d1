import type { Attributes, Histogram, Meter, Tracer } from '@opentelemetry/api';
import type { Exchange } from '../exchange/exchange.js';
import type { InputRequest } from '../interaction/input-request.js';
import type { McpQuestionOutcome, ObservedQuestion } from '../interaction/question-observer.js';
import { sessionDigest } from '../observe/session-digest.js';
import type { Subject } from '../observe/subject.js';
import type { TracedAnswer, TracedRequest, Tracing } from '../observe/tracing.js';
import type { JsonRpcResponse } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import type { TaskRecord } from '../task/task-record.js';
import { argumentsOf } from './content-attributes.js';
import { ATTRIBUTE, DURATION_BUCKETS, EXECUTE_TOOL, METRIC } from './conventions.js';
import { histogram } from './instruments.js';
import type { OpenTelemetry } from './load-open-telemetry.js';
import { parentOf } from './parent-context.js';
import { describe, RequestKinds } from './request-attributes.js';
import { RequestSpan } from './request-span.js';
import { formatTraceParent, parseTraceParent } from './trace-parent.js';

export interface TelemetryOptions {
  readonly api: OpenTelemetry;
  /** Returns `undefined` as long as there are to be no spans. */
  readonly tracer: () => Tracer | undefined;
  /** `undefined` if there are to be no metrics. */
  readonly meter: Meter | undefined;
  /** Whether spans of calls have their arguments, and their results. */
  readonly arguments: boolean;
  readonly results: boolean;
  /** The name of the server, as clients see it, and of this instance. */
  readonly server: string;
  readonly instance: string;
}

/** It is open as long as its client likes, which is no duration of the server. */
const NOT_FOLLOWED = 'subscriptions/listen';

/** What is run again for a task. */
const TASK: Attributes = { [ATTRIBUTE.method]: 'tools/call', [ATTRIBUTE.operation]: EXECUTE_TOOL };

/** Between the id of a question and the trace that its answer belongs to. */
const MARK = '.';

/** Makes spans and durations of requests, of questions to clients, and of their answers. */
export class Telemetry implements Tracing {
  readonly #options: TelemetryOptions;
  readonly #kinds: RequestKinds;
  readonly #common: Attributes;
  readonly #durations: Histogram | undefined;
  readonly #questions: Histogram | undefined;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    const { meter, server } = options;
    this.#common = { [ATTRIBUTE.server]: server };
    this.#kinds = new RequestKinds(this.#common);
    this.#durations = meter && histogram(meter, METRIC.operationDuration, DURATION_BUCKETS);
    this.#questions = meter && histogram(meter, METRIC.questionDuration, DURATION_BUCKETS);
  }

  get isHeard(): boolean {
    return this.#durations !== undefined || this.#options.tracer() !== undefined;
  }

  request(exchange: Exchange, subject: Subject, isKnown: boolean): TracedRequest | undefined {
    if (exchange.request.method === NOT_FOLLOWED) return undefined;
    const { api, results } = this.#options;
    const tracer = this.#options.tracer();
    const kind = this.#kinds.of(exchange, subject, isKnown);
    if (!tracer) return new RequestSpan(api, kind, subject, this.#durations, undefined, undefined, false);
    const parent = parentOf(api, exchange);
    const { attributes } = kind;
    const options = { kind: api.SpanKind.SERVER, attributes, links: parent.links };
    const span = tracer.startSpan(kind.name, options, parent.context);
    if (span.isRecording()) {
      describe(span, exchange, subject, this.#options.instance);
      if (this.#options.arguments) span.setAttributes(argumentsOf(subject));
    }
    return new RequestSpan(api, kind, subject, this.#durations, span, parent.context, results);
  }

  question(exchange: Exchange, id: string, { method }: InputRequest): Required<ObservedQuestion> {
    const { api } = this.#options;
    const tracer = this.#options.tracer();
    const askedAt = performance.now();
    const context = api.context.active();
    const attributes = { ...this.#common, [ATTRIBUTE.method]: method };
    const span = tracer?.startSpan(method, { kind: api.SpanKind.CLIENT, attributes }, context);
    const meta: Record<string, string> = {};
    const mark = span && api.trace.isSpanContextValid(span.spanContext()) && formatTraceParent(span.spanContext());
    if (span) api.propagation.inject(api.trace.setSpan(context, span), meta);
    const marked = mark ? `${id}${MARK}${mark}` : id;
    span?.setAttributes({ ...this.#where(exchange.peer.session), [ATTRIBUTE.requestId]: marked });
    return {
      id: marked,
      meta,
      ended: (outcome: McpQuestionOutcome) => {
        const failure: Attributes = outcome === 'answered' ? {} : { [ATTRIBUTE.errorType]: outcome };
        this.#questions?.record((performance.now() - askedAt) / 1000, { ...attributes, ...failure });
        span?.setAttributes({ [ATTRIBUTE.outcome]: outcome, ...failure });
        span?.end();
      },
    };
  }

  current(): string | undefined {
    const span = this.#options.tracer() && this.#options.api.trace.getActiveSpan()?.spanContext();
    return span && this.#options.api.trace.isSpanContextValid(span) ? formatTraceParent(span) : undefined;
  }

  async taskRun<T>({ tool, caller }: TaskRecord, run: () => Promise<T>): Promise<T> {
    const { api } = this.#options;
    const tracer = this.#options.tracer();
    if (!tracer) return run();
    const asked = parseTraceParent(caller.trace ?? '');
    const parent = asked ? api.trace.setSpanContext(api.ROOT_CONTEXT, asked) : api.ROOT_CONTEXT;
    const attributes = { ...this.#common, ...this.#where(undefined), ...TASK, [ATTRIBUTE.tool]: tool };
    const span = tracer.startSpan(`task ${tool}`, { kind: api.SpanKind.CONSUMER, attributes }, parent);
    try {
      return await api.context.with(api.trace.setSpan(parent, span), run);
    } catch (error) {
      span.setStatus({ code: api.SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  answer(session: SessionKey, { id }: JsonRpcResponse): TracedAnswer {
    const { api } = this.#options;
    const tracer = this.#options.tracer();
    const ambient = api.context.active();
    // Its id is the one thing of a question that comes back with the answer, to whichever instance.
    const asked = parseTraceParent(String(id).slice(String(id).lastIndexOf(MARK) + 1));
    const parent = asked ? api.trace.setSpanContext(ambient, asked) : ambient;
    const http = asked && api.trace.getSpanContext(ambient);
    const attributes = { ...this.#common, ...this.#where(session), [ATTRIBUTE.requestId]: String(id).slice(0, 128) };
    const options = { kind: api.SpanKind.CONSUMER, attributes, ...(http && { links: [{ context: http }] }) };
    const span = tracer?.startSpan('answer', options, parent);
    return {
      run: (pass) => (span ? api.context.with(api.trace.setSpan(parent, span), pass) : pass()),
      ended: (accepted) => {
        span?.setAttribute(ATTRIBUTE.accepted, accepted);
        span?.end();
      },
    };
  }

  #where(session: SessionKey | undefined): Attributes {
    const instance = { [ATTRIBUTE.instance]: this.#options.instance };
    return session ? { ...instance, [ATTRIBUTE.session]: sessionDigest(session.id) } : instance;
  }
}

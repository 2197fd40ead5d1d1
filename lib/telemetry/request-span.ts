import type { Attributes, Context, Histogram, Span } from '@opentelemetry/api';
import type { Ending } from '../observe/outcome-of.js';
import type { Subject } from '../observe/subject.js';
import type { TracedRequest } from '../observe/tracing.js';
import type { JsonObject } from '../protocol/messages.js';
import { resultOf } from './content-attributes.js';
import { ATTRIBUTE, TOOL_ERROR } from './conventions.js';
import type { OpenTelemetry } from './load-open-telemetry.js';
import type { RequestKind } from './request-attributes.js';

/** One request, as a span of kind SERVER and as a value of the histogram of durations. */
export class RequestSpan implements TracedRequest {
  readonly #context: Context | undefined;

  /** @param parent `undefined` without a span */
  constructor(
    private readonly api: OpenTelemetry,
    private readonly kind: RequestKind,
    private readonly subject: Subject,
    private readonly durations: Histogram | undefined,
    private readonly span: Span | undefined,
    parent: Context | undefined,
    private readonly showsResults: boolean,
  ) {
    // Without an SDK there is nothing to find in the context.
    const isReal = span !== undefined && api.trace.isSpanContextValid(span.spanContext());
    this.#context = isReal && parent ? api.trace.setSpan(parent, span) : undefined;
  }

  run<T>(serve: () => T): T {
    return this.#context ? this.api.context.with(this.#context, serve) : serve();
  }

  ended(ending: Ending, milliseconds: number, result?: object): void {
    const failure = failureOf(ending);
    const { dimensions } = this.kind;
    const attributes = failure ? { ...dimensions, ...failure } : dimensions;
    // In the context of the span, so that a metric can point at an example of it.
    this.durations?.record(milliseconds / 1000, attributes, this.#context);
    if (!this.span) return;
    if (this.span.isRecording()) this.#describe(ending, failure, result);
    this.span.end();
  }

  #describe({ outcome }: Ending, failure: Attributes | undefined, result: object | undefined): void {
    const { span } = this;
    span!.setAttribute(ATTRIBUTE.outcome, outcome);
    if (failure) span!.setAttributes(failure);
    // That a client has cancelled is no error of the server.
    if (failure && outcome !== 'cancelled') span!.setStatus({ code: this.api.SpanStatusCode.ERROR });
    if (this.showsResults && result) span!.setAttributes(resultOf(result as JsonObject, this.subject));
  }
}

/** @returns `undefined` if it has not failed */
function failureOf({ outcome, code }: Ending): Attributes | undefined {
  if (outcome === 'tool-error') return { [ATTRIBUTE.errorType]: TOOL_ERROR };
  if (code !== undefined) return { [ATTRIBUTE.errorType]: String(code), [ATTRIBUTE.statusCode]: String(code) };
  return outcome === 'cancelled' ? { [ATTRIBUTE.errorType]: outcome } : undefined;
}

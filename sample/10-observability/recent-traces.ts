import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** Keeps the spans of the last traces, and shows them as trees. */
export class RecentTraces implements SpanExporter {
  readonly #traces = new Map<string, ReadableSpan[]>();

  constructor(private readonly maxTraces: number) {}

  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    for (const span of spans) this.#add(span);
    done({ code: 0 });
  }

  async shutdown(): Promise<void> {}

  /** The newest first. */
  toString(): string {
    return [...this.#traces.values()].reverse().map(treeOf).join('\n');
  }

  #add(span: ReadableSpan): void {
    const { traceId } = span.spanContext();
    const trace = this.#traces.get(traceId);
    if (trace) return void trace.push(span);
    this.#traces.set(traceId, [span]);
    const [oldest] = this.#traces.keys();
    if (this.#traces.size > this.maxTraces) this.#traces.delete(oldest!);
  }
}

function treeOf(spans: readonly ReadableSpan[]): string {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const lines: string[] = [];
  const add = (span: ReadableSpan, depth: number): void => {
    const [seconds, nanoseconds] = span.duration;
    const outcome = String(span.attributes['mcp.fleet.outcome'] ?? '');
    lines.push(`${'  '.repeat(depth)}${span.name} ${(seconds * 1000 + nanoseconds / 1e6).toFixed(1)} ms ${outcome}`);
    const { spanId } = span.spanContext();
    for (const child of spans) if (child.parentSpanContext?.spanId === spanId) add(child, depth + 1);
  };
  // Those whose parent is elsewhere, such as the client's.
  for (const span of spans) if (!ids.has(span.parentSpanContext?.spanId ?? '')) add(span, 0);
  return `${lines.join('\n')}\n`;
}

import { subscribe } from 'node:diagnostics_channel';
import { Injectable } from '@nestjs/common';
import { McpInspector, McpModule, McpTool, mcpChannel } from 'nestjs-mcp-fleet';
import { decorateClass, decorateMethod } from '../harness/decorate.mjs';
import { adapterOfQuery, moduleWith, query, serveNest } from '../harness/nest.mjs';
import { ADD_DESCRIPTION, add } from '../tools.mjs';
import { AddInput } from '../tools.dto.mjs';

const kind = query.get('with');
/** Set for `by-hand`: makes the span and the value of a call that `both` makes, around the method itself. */
let recorded = (call) => call();

class Tools {
  add(args) {
    return recorded(() => add(args));
  }
}
Reflect.defineMetadata('design:paramtypes', [AddInput], Tools.prototype, 'add');
decorateMethod(Tools, 'add', [McpTool({ name: 'add', description: ADD_DESCRIPTION })]);
decorateClass(Tools, [Injectable()]);

/** OpenTelemetry's SDK, of the repository, with an exporter that throws everything away. */
async function registerSdk({ traces, metrics }) {
  const api = await import('@opentelemetry/api');
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  // From its first use on Node follows every promise, which exporters and instrumentations of an SDK cause in any case.
  api.context.with(api.ROOT_CONTEXT, () => {});
  if (traces) {
    const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
    const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} };
    const spanProcessors = [new BatchSpanProcessor(exporter)];
    api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  }
  if (metrics) {
    const { MeterProvider, PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
    const exporter = {
      export: (_metrics, done) => done({ code: 0 }),
      shutdown: async () => {},
      forceFlush: async () => {},
    };
    const readers = [
      new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 5000, exportTimeoutMillis: 1000 }),
    ];
    api.metrics.setGlobalMeterProvider(new MeterProvider({ readers }));
  }
}

/** What the SDK costs alone: nothing of this package is in it. The names are those of `lib/telemetry/conventions.ts`. */
async function recordByHand() {
  const api = await import('@opentelemetry/api');
  const tracer = api.trace.getTracer('by-hand');
  const durations = api.metrics.getMeter('by-hand').createHistogram('mcp.server.operation.duration', { unit: 's' });
  const dimensions = {
    ...{ 'mcp.server.name': 'bench', 'mcp.method.name': 'tools/call', 'mcp.protocol.version': '2026-07-28' },
    'gen_ai.tool.name': 'add',
  };
  const attributes = {
    ...dimensions,
    ...{ 'gen_ai.operation.name': 'execute_tool', 'network.transport': 'tcp', 'network.protocol.name': 'http' },
  };
  const options = { kind: api.SpanKind.SERVER, attributes };
  let calls = 0;
  recorded = (call) => {
    const startedAt = performance.now();
    const span = tracer.startSpan('tools/call add', options, api.ROOT_CONTEXT);
    span.setAttribute('jsonrpc.request.id', String(calls++));
    span.setAttribute('mcp.fleet.instance', 'bench');
    span.setAttribute('client.address', '127.0.0.1');
    const context = api.trace.setSpan(api.ROOT_CONTEXT, span);
    const result = api.context.with(context, call);
    durations.record((performance.now() - startedAt) / 1000, dimensions, context);
    span.setAttribute('mcp.fleet.outcome', 'ok');
    span.end();
    return result;
  };
}

if (kind === 'by-hand') {
  await registerSdk({ traces: true, metrics: true });
  await recordByHand();
}
if (kind === 'spans') await registerSdk({ traces: true });
if (kind === 'metrics') await registerSdk({ metrics: true });
if (kind === 'both') await registerSdk({ traces: true, metrics: true });
if (kind === 'context') await registerSdk({});
// One subscriber that keeps the last event, as a tape does.
if (kind === 'channel') {
  const tape = {};
  subscribe(mcpChannel('request'), (event) => (tape.last = event));
}

const hasPage = kind === 'page' || kind === 'watched';
const guard = { canActivate: () => true };
const telemetry = ['api', 'metrics', 'spans', 'both'].includes(kind) ? {} : false;
await serveNest(
  moduleWith({
    imports: [
      McpModule.forRoot({ name: 'bench', version: '1.0.0', mount: query.get('mount') ?? undefined, telemetry }),
    ],
    providers: [Tools],
  }),
  adapterOfQuery(),
  (_instance, app) => hasPage && McpInspector.setup('inspector', app, { guard }),
);

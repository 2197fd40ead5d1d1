import { subscribe } from 'node:diagnostics_channel';
import { Injectable } from '@nestjs/common';
import { McpInspector, McpModule, McpTool, mcpChannel } from 'nestjs-mcp-fleet';
import { decorateClass, decorateMethod } from '../harness/decorate.mjs';
import { adapterOfQuery, moduleWith, query, serveNest } from '../harness/nest.mjs';
import { ADD_DESCRIPTION, add } from '../tools.mjs';
import { AddInput } from '../tools.dto.mjs';

class Tools {
  add(args) {
    return add(args);
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

const kind = query.get('with');
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

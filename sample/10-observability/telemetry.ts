import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { RecentTraces } from './recent-traces.js';

/** The collector of this sample, in its own process. An application exports to one of its own, for example by OTLP. */
export const recentTraces = new RecentTraces(100);

/** Served by a route of the application, so that it needs no port of its own. */
export const prometheus = new PrometheusExporter({ preventServerStart: true });

trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(recentTraces)] }));
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [prometheus] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());

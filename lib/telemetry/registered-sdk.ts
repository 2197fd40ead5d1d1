import type { Meter, Tracer, TracerProvider } from '@opentelemetry/api';
import type { OpenTelemetry } from './load-open-telemetry.js';

/** What stands for an SDK until one is registered has this method, and returns nothing. */
type Provider = TracerProvider & { getDelegateTracer?(name: string): unknown };

/**
 * Many applications have the package by way of another one, and no SDK: spans that nobody gets would cost them as much
 * as a tenth of a call.
 *
 * @returns finds the tracer of an SDK, also of one that is registered later; `undefined` while there is none
 */
export function registeredTracer({ trace }: OpenTelemetry, scope: string): () => Tracer | undefined {
  const tracer = trace.getTracer(scope);
  let isFound = false;
  return () => {
    if (isFound) return tracer;
    const provider: Provider = trace.getTracerProvider();
    isFound = !provider.getDelegateTracer || provider.getDelegateTracer(scope) !== undefined;
    return isFound ? tracer : undefined;
  };
}

/** @returns the meter of an SDK that is registered by now; `undefined` if there is none */
export function registeredMeter({ metrics, createNoopMeter }: OpenTelemetry, scope: string): Meter | undefined {
  const meter = metrics.getMeter(scope);
  return meter === createNoopMeter() ? undefined : meter;
}

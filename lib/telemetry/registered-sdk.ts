import type { Meter, TracerProvider } from '@opentelemetry/api';
import type { OpenTelemetry } from './load-open-telemetry.js';

/** What stands for an SDK until one is registered has this method, and returns nothing. */
type Provider = TracerProvider & { getDelegateTracer?(name: string): unknown };

/**
 * Many applications have the package by way of another one, and no SDK: spans that nobody gets would cost them as much
 * as a tenth of a call.
 *
 * @returns tells whether spans get anywhere; an SDK that is registered later is found
 */
export function findsTracing({ trace }: OpenTelemetry, scope: string): () => boolean {
  let isFound = false;
  return () => {
    if (isFound) return true;
    const provider: Provider = trace.getTracerProvider();
    isFound = !provider.getDelegateTracer || provider.getDelegateTracer(scope) !== undefined;
    return isFound;
  };
}

/** Whether the values of a meter get anywhere. */
export const isHeard = ({ createNoopMeter }: OpenTelemetry, meter: Meter): boolean => meter !== createNoopMeter();

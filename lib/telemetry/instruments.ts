import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import type { MetricName } from './conventions.js';

/** @param boundaries of the buckets, which the application can change by a view */
export const histogram = (
  meter: Meter,
  { name, unit, description }: MetricName,
  boundaries: readonly number[],
): Histogram =>
  meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...boundaries] } });

export const counter = (meter: Meter, { name, unit, description }: MetricName): Counter =>
  meter.createCounter(name, { unit, description });

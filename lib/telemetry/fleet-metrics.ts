import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { Observer } from '../observe/observer.js';
import { ATTRIBUTE, DURATION_BUCKETS, HOP_BUCKETS, METRIC, type MetricName } from './conventions.js';
import { counter, histogram } from './instruments.js';

/** What is looked up each time when metrics are collected. */
export interface FleetFigures {
  readonly requests: number;
  readonly streams: number;
  readonly heldStreams: number;
  readonly subscriptions: number;
  readonly tasks: number;
  readonly requestBytes: number;
  readonly requestBytesLimit: number;
  readonly storedBytes: number;
  readonly storedBytesLimit: number;
  readonly brokerUp: number;
}

export interface FleetMetricsOptions {
  readonly meter: Meter;
  readonly observer: Observer;
  /** The name of the server. */
  readonly server: string;
  readonly figures: () => FleetFigures;
  /** How many sessions there are. */
  readonly sessions: () => Promise<number>;
  readonly report: (error: unknown) => void;
}

/** Makes metrics of what happens on an instance, and of what it holds. @returns a function that ends that */
export function fleetMetrics(options: FleetMetricsOptions): () => void {
  const stops = [countEvents(options), observeFigures(options)];
  return () => stops.forEach((stop) => stop());
}

function countEvents({ meter, observer, server }: FleetMetricsOptions): () => void {
  const common: Attributes = { [ATTRIBUTE.server]: server };
  const sessions = histogram(meter, METRIC.sessionDuration, DURATION_BUCKETS);
  const hops = histogram(meter, METRIC.hopDuration, HOP_BUCKETS);
  const resumes = counter(meter, METRIC.streamResumes);
  const losses = counter(meter, METRIC.leaseLosses);
  const refusals = counter(meter, METRIC.refusals);
  return observer.listen(['session-end', 'hop', 'stream-resume', 'lease-loss', 'refusal'], (event) => {
    switch (event.kind) {
      case 'session-end':
        if (event.milliseconds !== undefined) sessions.record(event.milliseconds / 1000, common);
        return;
      case 'hop':
        return hops.record(event.milliseconds / 1000, common);
      case 'stream-resume':
        return resumes.add(1, { ...common, [ATTRIBUTE.outcome]: event.outcome, [ATTRIBUTE.stream]: event.stream });
      case 'lease-loss':
        return losses.add(1, { ...common, [ATTRIBUTE.leaseSide]: event.side });
      case 'refusal':
        return refusals.add(1, { ...common, [ATTRIBUTE.reason]: event.reason });
    }
  });
}

function observeFigures({ meter, server, figures, sessions: count, report }: FleetMetricsOptions): () => void {
  const common: Attributes = { [ATTRIBUTE.server]: server };
  const gauge = ({ name, unit, description }: MetricName): Observable =>
    meter.createObservableGauge(name, { unit, description });
  const names = Object.keys(figures()) as (keyof FleetFigures)[];
  const gauges = names.map((name) => gauge(METRIC[name]));
  const sessions = gauge(METRIC.sessions);
  const observe = async (result: BatchObservableResult): Promise<void> => {
    const now = figures();
    names.forEach((name, i) => result.observe(gauges[i]!, now[name], common));
    // The rest is told even while Redis cannot tell how many there are.
    await count().then((all) => result.observe(sessions, all, common), report);
  };
  const observed = [...gauges, sessions];
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}

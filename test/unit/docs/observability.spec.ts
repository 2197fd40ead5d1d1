import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS } from '../../../lib/observe/channels.js';
import { ATTRIBUTE, METRIC } from '../../../lib/telemetry/conventions.js';
import { codeOf, read, rowsOf } from './documents.js';

const document = read('docs/observability.md');
const sectionOf = (title: string): string =>
  document.split(/^###? /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
const names = Object.values(METRIC).map(({ name }) => name);

describe('docs/observability.md', () => {
  it('lists every kind of event, and no other', () => {
    const listed = rowsOf(sectionOf('Channels')).map(([kind]) => codeOf(kind));
    expect(listed.filter((kind) => kind !== 'kind' && kind !== undefined).sort()).toEqual(Object.keys(CHANNELS).sort());
  });

  it('lists every metric, and no other', () => {
    const listed = rowsOf(sectionOf('Metrics')).flatMap(([first]) => [...first!.matchAll(/`(mcp\.[\w.]+)`/g)]);
    expect(listed.map(([, name]) => name).sort()).toEqual([...names].sort());
  });
});

describe('docs/dashboards/fleet.json', () => {
  const dashboard = read('docs/dashboards/fleet.json');
  const { panels } = JSON.parse(dashboard) as { panels: { title: string; targets: { expr: string }[] }[] };
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  let exported: Set<string>;

  /** The names that Prometheus has for the metrics, from its own exporter. */
  beforeAll(async () => {
    const exporter = new PrometheusExporter({ preventServerStart: true });
    const meter = new MeterProvider({ readers: [exporter] }).getMeter('test');
    for (const [key, { name, unit }] of Object.entries(METRIC)) {
      if (key.endsWith('Duration')) meter.createHistogram(name, { unit }).record(1);
      else if (['streamResumes', 'leaseLosses', 'refusals'].includes(key)) meter.createCounter(name, { unit }).add(1);
      else meter.createObservableGauge(name, { unit }).addCallback((result) => result.observe(1));
    }
    const { resourceMetrics } = await exporter.collect();
    const lines = new PrometheusSerializer().serialize(resourceMetrics).split('\n');
    exported = new Set(lines.filter((line) => line.startsWith('mcp_')).map((line) => /^\w+/.exec(line)![0]));
  });

  it('uses only metrics that exist', () => {
    const used = expressions.flatMap((expression) =>
      [...expression.matchAll(/\b(mcp_\w+)\{/g)].map(([, name]) => name!),
    );
    expect(used.length).toBeGreaterThan(panels.length);
    expect(used.filter((name) => !exported.has(name))).toEqual([]);
  });

  it('uses only labels that exist', () => {
    const labels = new Set(Object.values(ATTRIBUTE).map((name) => name.replaceAll('.', '_')));
    const used = expressions.flatMap((expression) => [
      ...[...expression.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, label]) => label!),
      ...[...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/,\s*/)),
    ]);
    expect(used.length).toBeGreaterThan(panels.length);
    // `instance` is of Prometheus itself, and `le` of its histograms.
    expect(used.filter((label) => !labels.has(label) && !['instance', 'le'].includes(label))).toEqual([]);
  });

  it('shows every metric', () => {
    const prefixes = [...exported].map((name) => name.replace(/_(?:bucket|count|sum)$/, ''));
    expect(prefixes.filter((name) => !dashboard.includes(name))).toEqual([]);
  });
});

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { type Column, DataTable } from '../../parts/data-table.js';
import { count, duration } from '../../parts/format.js';
import { Empty } from '../../parts/notice.js';
import { Plot } from '../../parts/plot.js';
import { useApp } from '../../state/app-state.js';
import { BIN_MS, type LatencyRow, type Scope } from '../../state/latency-history.js';

/** How long calls take and how many fail, by what they call, of all instances together or of one. */
export function LatencyView(): JSX.Element {
  const { fleet } = useApp();
  const instance = useSignal('');
  const chosen = useSignal<Pick<Scope, 'method' | 'name'>>({});
  const id = useId();
  // The history itself is no signal: reading the version has this drawn again with each report.
  void fleet.version.value;
  const within: Scope = instance.value === '' ? {} : { instance: instance.value };
  const rows = fleet.latencies.rows(within);
  return (
    <article>
      <h2>Latency</h2>
      <div class="line">
        <label for={id}>Instance</label>
        <select id={id} value={instance.value} onChange={(event) => (instance.value = event.currentTarget.value)}>
          <option value="">all together</option>
          {[...fleet.instances.value.keys()].map((one) => (
            <option key={one} value={one}>
              {fleet.nameOf(one)}
            </option>
          ))}
        </select>
        <span class="hint">The last ten minutes that this page has watched.</span>
      </div>
      {rows.length === 0 ? (
        <Empty>No calls yet.</Empty>
      ) : (
        <>
          <Plots scope={{ ...within, ...chosen.value }} />
          <DataTable
            caption="Latency by what was called"
            columns={columnsOf(chosen.value, (row) => (chosen.value = isSame(chosen.value, row) ? {} : scopeOf(row)))}
            rows={rows}
            keyOf={({ method, name }) => JSON.stringify([method, name])}
          />
        </>
      )}
    </article>
  );
}

const scopeOf = ({ method, name }: LatencyRow): Pick<Scope, 'method' | 'name'> => ({
  method,
  ...(name !== undefined && { name }),
});
const isSame = (chosen: Pick<Scope, 'method' | 'name'>, row: LatencyRow): boolean =>
  chosen.method === row.method && chosen.name === row.name;

function columnsOf(
  chosen: Pick<Scope, 'method' | 'name'>,
  choose: (row: LatencyRow) => void,
): readonly Column<LatencyRow>[] {
  const time = (title: string, read: (row: LatencyRow) => number | undefined): Column<LatencyRow> => ({
    title,
    isNumber: true,
    cell: (row) => {
      const ms = read(row);
      return ms === undefined ? '–' : duration(ms);
    },
  });
  return [
    {
      title: 'Called',
      cell: (row) => (
        <button type="button" class="quiet" aria-pressed={isSame(chosen, row)} onClick={() => choose(row)}>
          {row.name ?? row.method} {row.name !== undefined && <span class="hint">{row.method}</span>}
        </button>
      ),
    },
    { title: 'Calls', isNumber: true, cell: (row) => count(row.count) },
    { title: 'Errors', isNumber: true, cell: (row) => count(row.errors) },
    time('p50', ({ p50 }) => p50),
    time('p95', ({ p95 }) => p95),
    time('p99', ({ p99 }) => p99),
    time('Longest', ({ maxMs }) => maxMs),
  ];
}

function Plots({ scope }: { scope: Scope }): JSX.Element {
  const { fleet } = useApp();
  const series = fleet.latencies.series(Date.now(), scope);
  const times = series.map(({ at }) => at);
  const perSecond = (calls: number): number => (calls * 1000) / BIN_MS;
  const about = scope.name ?? scope.method ?? 'all calls';
  return (
    <div class="plots">
      <Plot
        title={`Duration of ${about}`}
        times={times}
        format={duration}
        series={[
          { title: 'p50', values: series.map(({ p50 }) => p50) },
          { title: 'p95', values: series.map(({ p95 }) => p95) },
          { title: 'p99', values: series.map(({ p99 }) => p99) },
        ]}
      />
      <Plot
        title={`Calls a second, ${about}`}
        times={times}
        format={(value) => value.toFixed(value < 10 ? 1 : 0)}
        series={[
          { title: 'calls', values: series.map((one) => perSecond(one.count)) },
          { title: 'errors', values: series.map((one) => perSecond(one.errors)) },
        ]}
      />
    </div>
  );
}

import type { JSX } from 'preact';
import type { InstanceFigures, InstanceView } from '../../../../lib/inspector/wire/instance.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { bytes, clock, count, duration } from '../../parts/format.js';
import { Badge, Empty } from '../../parts/notice.js';
import { Sparkline } from '../../parts/sparkline.js';
import { type AppState, useApp } from '../../state/app-state.js';
import { isSkewed } from '../../state/fleet-queries.js';

/** Every instance: what it is, how it is, and what hangs on it. */
export function InstancesView(): JSX.Element {
  const app = useApp();
  const { fleet } = app;
  const instances = fleet.instances.value;
  const rows = [...instances.values()].sort((a, b) => a.report.instance.startedAt - b.report.instance.startedAt);
  return (
    <article>
      <h2>Instances</h2>
      <div role="status">
        {rows.map(({ gone, report: { instance } }) =>
          gone ? (
            <p class="notice" key={instance.id}>
              {gone.reason === 'lost'
                ? `${instance.name} is gone: nothing was heard from it since ${clock(gone.at)}.`
                : `${instance.name} has shut down at ${clock(gone.at)}.`}
            </p>
          ) : null,
        )}
        {isSkewed(instances, ({ report }) => report.figures.catalogHash) && (
          <p class="notice warn">Instances offer different tools, resources or prompts, as during a deployment.</p>
        )}
        {isSkewed(instances, ({ report }) => report.instance.version) && (
          <p class="notice warn">Instances have different versions.</p>
        )}
      </div>
      {rows.length === 0 ? (
        <Empty>Waiting for the first reports.</Empty>
      ) : (
        <DataTable
          caption="Instances"
          columns={columnsOf(app)}
          rows={rows}
          keyOf={({ report }) => report.instance.id}
        />
      )}
    </article>
  );
}

function columnsOf({ config, fleet }: AppState): readonly Column<InstanceView>[] {
  const loads = fleet.loads.value;
  return [
    {
      title: 'Instance',
      cell: ({ report: { instance } }) => (
        <>
          {instance.name}
          {instance.id === config.instance && <span class="hint"> this page's</span>}
          <span class="hint block">{`${instance.version}, Node ${instance.node}, pid ${instance.pid}`}</span>
        </>
      ),
    },
    { title: 'State', cell: (view) => <StateBadge view={view} /> },
    { title: 'Up', isNumber: true, cell: ({ report }) => duration(report.at - report.instance.startedAt) },
    {
      title: 'CPU',
      isNumber: true,
      cell: ({ report: { figures, instance } }) => (
        <>
          <Sparkline values={loads.get(instance.id) ?? []} top={0.25} /> {`${Math.round(figures.cpu * 100)} %`}
        </>
      ),
    },
    {
      title: 'Loop lag',
      isNumber: true,
      cell: ({ report: { figures } }) => (
        <>
          {duration(figures.loopLagMs.mean)}
          <span class="hint block">{`worst ${duration(figures.loopLagMs.max)}`}</span>
        </>
      ),
    },
    {
      title: 'Memory',
      isNumber: true,
      cell: ({ report: { figures } }) => (
        <>
          {bytes(figures.rssBytes)}
          <span class="hint block">{`heap ${bytes(figures.heapUsedBytes)}`}</span>
        </>
      ),
    },
    { title: 'Open', cell: ({ report: { figures } }) => <Open figures={figures} /> },
    {
      title: 'Broker',
      cell: ({ report: { figures } }) => (
        <>
          <Badge tone={figures.broker === 'up' ? 'good' : 'bad'}>{figures.broker}</Badge>
          {figures.brokerRoundTripMs !== null && <span class="hint block">{duration(figures.brokerRoundTripMs)}</span>}
        </>
      ),
    },
    {
      title: 'Redis',
      isNumber: true,
      cell: ({ report: { figures } }) => (
        <>
          {figures.redisRoundTripMs === null ? '–' : duration(figures.redisRoundTripMs)}
          <span class="hint block">{`${bytes(figures.storedBytes)} stored`}</span>
        </>
      ),
    },
    { title: 'Refused', isNumber: true, cell: ({ report: { figures } }) => count(figures.limitsRefused) },
    {
      title: 'Catalogue',
      cell: ({ report: { figures } }) => {
        const { tools, resources, templates, prompts } = figures.catalog;
        return (
          <>
            <span class="mono">{figures.catalogHash.slice(0, 8)}</span>
            <span class="hint block">{`${tools} tools, ${resources + templates} resources, ${prompts} prompts`}</span>
          </>
        );
      },
    },
  ];
}

function Open({ figures }: { figures: InstanceFigures }): JSX.Element {
  const { requests, streams, heldStreams, listens, tasks } = figures;
  return (
    <>
      {`${count(requests)} requests, ${count(tasks)} tasks`}
      <span class="hint block">
        {`${count(streams)} streams${heldStreams > 0 ? `, ${count(heldStreams)} of them held` : ''}, ${count(listens)} listens`}
      </span>
    </>
  );
}

function StateBadge({ view: { gone, report } }: { view: InstanceView }): JSX.Element {
  if (gone) return <Badge tone="bad">{gone.reason}</Badge>;
  const { state } = report.figures;
  return <Badge tone={state === 'running' ? 'good' : 'warn'}>{state}</Badge>;
}

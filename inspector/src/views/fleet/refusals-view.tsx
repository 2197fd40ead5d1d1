import type { JSX } from 'preact';
import type { RefusalRecord } from '../../../../lib/inspector/wire/refusal.js';
import { CallerView } from '../../parts/caller-view.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { clock } from '../../parts/format.js';
import { Empty } from '../../parts/notice.js';
import { useApp } from '../../state/app-state.js';

/** Requests that were refused before a method ran, and why. */
export function RefusalsView(): JSX.Element {
  const { config, fleet } = useApp();
  const rows = [...fleet.refusals.value].reverse();
  const address: Column<RefusalRecord> = { title: 'Address', cell: (one) => one.address ?? '–' };
  const columns: readonly Column<RefusalRecord>[] = [
    { title: 'Time', cell: ({ at }) => <time class="mono">{clock(at)}</time> },
    { title: 'Reason', cell: ({ reason }) => reason },
    { title: 'Status', isNumber: true, cell: ({ status }) => status },
    { title: 'Instance', cell: ({ instance }) => fleet.nameOf(instance) },
    { title: 'Caller', cell: ({ caller }) => <CallerView caller={caller} /> },
    ...(config.showPrincipals ? [address] : []),
  ];
  return (
    <article>
      <h2>Refusals</h2>
      {rows.length === 0 ? (
        <Empty>No request was refused while somebody watched.</Empty>
      ) : (
        <DataTable caption="Refusals" columns={columns} rows={rows} keyOf={keyOf} />
      )}
    </article>
  );
}

const keyOf = ({ instance, at, reason, caller }: RefusalRecord): string =>
  `${instance} ${at} ${reason} ${caller.principal}`;

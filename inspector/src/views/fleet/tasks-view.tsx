import type { JSX } from 'preact';
import type { TaskView } from '../../../../lib/inspector/wire/task.js';
import { cancelTask } from '../../api/actions.js';
import { isOpen } from '../../mcp/connection.js';
import { CallerView } from '../../parts/caller-view.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { duration } from '../../parts/format.js';
import { Badge, Empty, type Tone } from '../../parts/notice.js';
import { type AppState, useApp } from '../../state/app-state.js';
import { leases } from '../../state/fleet-queries.js';

/** The tasks of all instances, and which of them has the lease. */
export function TasksView(): JSX.Element {
  const app = useApp();
  const { fleet } = app;
  const list = fleet.tasks.value;
  return (
    <article>
      <h2>Tasks</h2>
      {!list && <Empty>Waiting for the list.</Empty>}
      {list?.tasks.length === 0 && <Empty>There are no tasks.</Empty>}
      {list && list.tasks.length > 0 && (
        <DataTable caption="Tasks" columns={columnsOf(app, list.at)} rows={list.tasks} keyOf={({ id }) => id} />
      )}
      {list?.truncated && <p class="hint">There are more tasks than are shown.</p>}
    </article>
  );
}

const TONES: Readonly<Record<TaskView['status'], Tone>> = {
  working: 'plain',
  input_required: 'warn',
  completed: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

function columnsOf({ config, fleet }: AppState, now: number): readonly Column<TaskView>[] {
  const held = leases(fleet.instances.value);
  const cancel: Column<TaskView> = {
    title: 'Action',
    cell: ({ id, tool, status }) =>
      isOpen({ status }) && (
        <ConfirmButton label="Cancel" question={`Cancel the task of ${tool}`} act={() => cancelTask(id)} />
      ),
  };
  return [
    {
      title: 'Tool',
      cell: ({ tool, id, statusMessage }) => (
        <>
          {tool} <span class="hint mono">{id.slice(0, 8)}</span>
          {statusMessage && <span class="hint block">{statusMessage}</span>}
        </>
      ),
    },
    {
      title: 'State',
      cell: ({ status, orphaned, questions }) => (
        <>
          <Badge tone={TONES[status]}>{status.replace('_', ' ')}</Badge>{' '}
          {orphaned && <Badge tone="bad">nobody runs it</Badge>}
          {questions > 0 && ` ${questions} questions`}
        </>
      ),
    },
    {
      title: 'Runs on',
      cell: ({ id }) => {
        const lease = held.get(id);
        return lease ? `${fleet.nameOf(lease.instance)} for ${duration(lease.runningMs)}` : '–';
      },
    },
    { title: 'Runs', isNumber: true, cell: ({ runs }) => runs },
    { title: 'Age', isNumber: true, cell: ({ createdAt }) => duration(Math.max(0, now - createdAt)) },
    {
      title: 'Kept for',
      isNumber: true,
      cell: ({ createdAt, ttlMs }) => duration(Math.max(0, createdAt + ttlMs - now)),
    },
    { title: 'Caller', cell: ({ caller }) => <CallerView caller={caller} /> },
    ...(config.actions ? [cancel] : []),
  ];
}

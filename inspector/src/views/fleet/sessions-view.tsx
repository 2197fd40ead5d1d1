import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { SessionView } from '../../../../lib/inspector/wire/session.js';
import { endSession } from '../../api/actions.js';
import { CallerView } from '../../parts/caller-view.js';
import { ConfirmButton } from '../../parts/confirm-button.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { clock, count } from '../../parts/format.js';
import { Badge, Empty } from '../../parts/notice.js';
import { type AppState, useApp } from '../../state/app-state.js';
import { instancesOfStreams } from '../../state/fleet-queries.js';

/** The sessions of the legacy era, on which instances their streams hang, and who was told of a gap. */
export function SessionsView(): JSX.Element {
  const app = useApp();
  const { fleet } = app;
  const wanted = useSignal('');
  const id = useId();
  const list = fleet.sessions.value;
  const needle = wanted.value.trim().toLowerCase();
  const shown = (list?.sessions ?? []).filter((one) => textOf(one).includes(needle));
  return (
    <article>
      <h2>Sessions</h2>
      <p class="hint">Clients of 2026-07-28 have none: each of their requests says everything.</p>
      <label class="hidden" for={id}>
        Search sessions
      </label>
      <input
        id={id}
        type="search"
        placeholder="Client, principal, or session"
        value={wanted.value}
        onInput={(event) => (wanted.value = event.currentTarget.value)}
      />
      {list && (
        <p>{list.truncated ? `${count(list.sessions.length)} of about ${count(list.total)}` : count(list.total)}</p>
      )}
      {!list && <Empty>Waiting for the list.</Empty>}
      {shown.length > 0 && (
        <DataTable caption="Sessions" columns={columnsOf(app)} rows={shown} keyOf={(session) => session.id} />
      )}
      <Gaps />
    </article>
  );
}

const textOf = ({ id, caller, revision }: SessionView): string =>
  `${id} ${caller.principal} ${caller.subject ?? ''} ${caller.client ?? ''} ${revision}`.toLowerCase();

function columnsOf({ config, fleet }: AppState): readonly Column<SessionView>[] {
  const streams = instancesOfStreams(fleet.instances.value);
  const end: Column<SessionView> = {
    title: 'Action',
    cell: ({ id }) => <ConfirmButton label="End" question={`End the session ${id}`} act={() => endSession(id)} />,
  };
  return [
    { title: 'Session', cell: ({ id }) => <span class="mono">{id.slice(0, 12)}</span> },
    { title: 'Caller', cell: ({ caller }) => <CallerView caller={caller} /> },
    {
      title: 'Revision',
      cell: ({ revision, initialized }) => (
        <>
          {revision} {!initialized && <Badge tone="warn">not initialized</Badge>}
        </>
      ),
    },
    {
      title: 'Stream',
      cell: ({ id }) =>
        streams
          .get(id)
          ?.map((one) => `on ${fleet.nameOf(one)}`)
          .join(', ') ?? 'none',
    },
    { title: 'Capabilities', cell: ({ capabilities }) => capabilities.join(', ') || '–' },
    { title: 'Log level', cell: ({ logLevel }) => logLevel ?? '–' },
    ...(config.actions ? [end] : []),
  ];
}

function Gaps(): JSX.Element {
  const { fleet } = useApp();
  const gaps = [...fleet.gaps.value].reverse();
  return (
    <section aria-labelledby="gaps">
      <h3 id="gaps">Gaps told</h3>
      {gaps.length === 0 ? (
        <Empty>No client was told that it missed messages.</Empty>
      ) : (
        <ul class="plain">
          {gaps.map(({ instance, at, session, reason }, index) => (
            <li key={gaps.length - index}>
              <time class="mono">{clock(at)}</time> {fleet.nameOf(instance)}{' '}
              {session && <span class="mono">{session.slice(0, 12)}</span>} {reason}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { CallOutcome, CallRecord, RunningCall } from '../../../../lib/inspector/wire/call.js';
import { CallerView } from '../../parts/caller-view.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { clock, count, duration } from '../../parts/format.js';
import { Badge, Empty, type Tone } from '../../parts/notice.js';
import { type AppState, useApp } from '../../state/app-state.js';
import { runningCalls } from '../../state/fleet-queries.js';
import { hrefOf } from '../../state/route.js';
import { FILTER_HELP, parseFilter } from '../../state/tape-filter.js';

/** More lines are not read, and make the page slow. */
const MAX_SHOWN = 200;

/** The live tape: calls of all instances as they end, the newest first, and those that run. */
export function CallsView(): JSX.Element {
  const app = useApp();
  const { fleet } = app;
  const text = useSignal('');
  const paused = useSignal<readonly CallRecord[] | undefined>(undefined);
  const id = useId();
  const filter = parseFilter(text.value, (instance) => fleet.nameOf(instance));
  const matching = (paused.value ?? fleet.calls.value).filter((call) => filter.matches(call));
  const shown = matching.slice(-MAX_SHOWN).reverse();
  return (
    <article>
      <h2>Calls</h2>
      <form class="wide" role="search" onSubmit={(event) => event.preventDefault()}>
        <div class="field">
          <label for={id}>Filter</label>
          <input
            id={id}
            type="search"
            autocomplete="off"
            spellcheck={false}
            placeholder="tool:forecast -status:ok duration:>100"
            value={text.value}
            aria-describedby={`${id}-hint`}
            aria-invalid={filter.problem !== undefined || undefined}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
          <p class="hint" id={`${id}-hint`}>
            {filter.problem ?? FILTER_HELP}
          </p>
        </div>
        <div class="line">
          <button
            type="button"
            aria-pressed={paused.value !== undefined}
            onClick={() => (paused.value = paused.value ? undefined : fleet.calls.value)}
          >
            Pause
          </button>
          <span>{`${count(matching.length)} of ${count(fleet.calls.value.length)} calls`}</span>
          {fleet.leftOut.value > 0 && (
            <span class="hint">{`${count(fleet.leftOut.value)} more were too many to show`}</span>
          )}
        </div>
      </form>
      <Running />
      {shown.length === 0 ? (
        <Empty>No calls yet: whatever is called while this page is open appears here.</Empty>
      ) : (
        <DataTable
          caption="Calls"
          columns={columnsOf(app)}
          rows={shown}
          keyOf={({ instance, id: call }) => `${instance} ${call}`}
        />
      )}
    </article>
  );
}

function columnsOf({ config, fleet }: AppState): readonly Column<CallRecord>[] {
  const args: Column<CallRecord> = {
    title: 'Arguments',
    cell: (call) => <span class="mono">{call.argumentsLeftOut ? 'too large' : JSON.stringify(call.arguments)}</span>,
  };
  return [
    { title: 'Time', cell: ({ startedAt }) => <time class="mono">{clock(startedAt)}</time> },
    {
      title: 'Call',
      cell: ({ id, method, name }) => (
        <a href={hrefOf('fleet', 'calls', id)}>
          {name ?? method}
          {name !== undefined && <span class="hint"> {method}</span>}
        </a>
      ),
    },
    {
      title: 'Outcome',
      cell: ({ outcome, reason, code }) => (
        <>
          <OutcomeBadge outcome={outcome} /> {reason} {code}
        </>
      ),
    },
    { title: 'Took', isNumber: true, cell: ({ milliseconds }) => duration(milliseconds) },
    { title: 'Instance', cell: ({ instance }) => fleet.nameOf(instance) },
    { title: 'Caller', cell: ({ caller }) => <CallerView caller={caller} /> },
    { title: 'Era', cell: ({ era, via }) => `${era}${via === 'http' ? '' : `, ${via}`}` },
    ...(config.showArguments ? [args] : []),
  ];
}

const TONES: Readonly<Partial<Record<CallOutcome, Tone>>> = {
  ok: 'good',
  'tool-error': 'bad',
  error: 'bad',
  refused: 'bad',
  timeout: 'bad',
  cancelled: 'warn',
};

export function OutcomeBadge({ outcome }: { outcome: CallOutcome }): JSX.Element {
  return <Badge tone={TONES[outcome] ?? 'plain'}>{outcome}</Badge>;
}

function Running(): JSX.Element | null {
  const { fleet } = useApp();
  const running = runningCalls(fleet.instances.value);
  if (running.length === 0) return null;
  const columns: readonly Column<RunningCall>[] = [
    { title: 'Call', cell: ({ method, name }) => name ?? method },
    { title: 'Running for', isNumber: true, cell: ({ runningMs }) => duration(runningMs) },
    { title: 'Instance', cell: ({ instance }) => fleet.nameOf(instance) },
    { title: 'Caller', cell: ({ caller }) => <CallerView caller={caller} /> },
  ];
  return (
    <section aria-labelledby="running">
      <h3 id="running">{`${running.length} running`}</h3>
      <DataTable
        caption="Running calls"
        columns={columns}
        rows={running}
        keyOf={({ instance, id }) => `${instance} ${id}`}
      />
    </section>
  );
}

import type { JSX } from 'preact';
import type { OpenQuestion } from '../../../../lib/inspector/wire/question.js';
import { CallerView } from '../../parts/caller-view.js';
import { type Column, DataTable } from '../../parts/data-table.js';
import { duration } from '../../parts/format.js';
import { Empty } from '../../parts/notice.js';
import { useApp } from '../../state/app-state.js';
import { type Aged, openQuestions } from '../../state/fleet-queries.js';

/** What clients were asked and have not answered. */
export function QuestionsView(): JSX.Element {
  const { fleet } = useApp();
  const questions = openQuestions(fleet.instances.value);
  const columns: readonly Column<Aged<OpenQuestion>>[] = [
    { title: 'Asked by', cell: ({ entry }) => entry.name ?? '–' },
    { title: 'Kind', cell: ({ entry }) => entry.kind },
    { title: 'Open for', isNumber: true, cell: ({ ageMs }) => duration(ageMs) },
    { title: 'Waits on', cell: ({ entry }) => fleet.nameOf(entry.instance) },
    { title: 'Asked', cell: ({ entry }) => <CallerView caller={entry.caller} /> },
  ];
  return (
    <article>
      <h2>Open questions</h2>
      <p class="hint">
        Those of legacy calls and of tasks. A modern call that asks has ended, and begins again with the answer.
      </p>
      {questions.length === 0 ? (
        <Empty>No client is asked anything.</Empty>
      ) : (
        <DataTable
          caption="Open questions"
          columns={columns}
          rows={questions}
          keyOf={({ entry }) => `${entry.instance} ${entry.id}`}
        />
      )}
    </article>
  );
}

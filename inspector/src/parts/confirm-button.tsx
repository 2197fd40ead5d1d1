import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

interface Properties {
  readonly label: string;
  /** To screen readers, and what it asks: "End this session?" */
  readonly question: string;
  /** @returns what went wrong, in a sentence */
  act(): Promise<string | undefined>;
}

/** A button for what cannot be undone: the first press asks, the second one does it. */
export function ConfirmButton({ label, question, act }: Properties): JSX.Element {
  const status = useSignal<'idle' | 'asking' | 'busy' | 'done'>('idle');
  const problem = useSignal<string | undefined>(undefined);
  const press = async (): Promise<void> => {
    if (status.value === 'idle') {
      status.value = 'asking';
      return;
    }
    status.value = 'busy';
    problem.value = await act();
    status.value = problem.value === undefined ? 'done' : 'idle';
  };
  return (
    <>
      <button
        type="button"
        class="quiet"
        disabled={status.value === 'busy' || status.value === 'done'}
        aria-label={status.value === 'asking' ? `Yes: ${question}` : question}
        onClick={() => void press()}
        onBlur={() => (status.value = status.value === 'asking' ? 'idle' : status.value)}
      >
        {status.value === 'asking' ? 'Sure?' : status.value === 'done' ? 'Done' : label}
      </button>
      {problem.value && <span role="alert">{problem.value}</span>}
    </>
  );
}

import type { ComponentChildren, JSX } from 'preact';
import type { Failure } from '../state/failure.js';
import { JsonView } from './json-view.js';

/** Says that something failed, at once to screen readers too. */
export function FailureNotice({ failure }: { failure: Failure }): JSX.Element {
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{failure.title}</strong>
      </p>
      {failure.hint && <p>{failure.hint}</p>}
      {typeof failure.detail === 'string' && <p class="mono">{failure.detail}</p>}
      {failure.detail !== undefined && typeof failure.detail !== 'string' && (
        <JsonView value={failure.detail} label="Details of the error" />
      )}
    </div>
  );
}

/** Stands where a list would be. */
export function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ComponentChildren }): JSX.Element {
  return <span class={`badge ${tone}`}>{children}</span>;
}

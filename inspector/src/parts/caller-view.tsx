import type { JSX } from 'preact';
import type { Caller } from '../../../lib/inspector/wire/caller.js';

const SHOWN = 10;

/** Who it was: by name where the server tells names, else by the beginning of a hash. */
export function CallerView({ caller: { principal, subject, client } }: { caller: Caller }): JSX.Element {
  const who = subject ?? (principal === 'anon' ? 'anonymous' : principal.slice(0, SHOWN));
  return (
    <>
      <span title={principal}>{who}</span>
      {client && <span class="hint"> {client}</span>}
    </>
  );
}

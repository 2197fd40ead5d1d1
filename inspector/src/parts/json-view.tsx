import type { JSX } from 'preact';
import { CopyButton } from './copy-button.js';

/** More of one value makes the page slow, and is not read. */
const MAX_SHOWN = 100_000;

/** A value as indented JSON that can be copied whole. */
export function JsonView({ value, label }: { value: unknown; label: string }): JSX.Element {
  const text = JSON.stringify(value, undefined, 2) ?? String(value);
  return <CodeView text={text} label={label} />;
}

export function CodeView({ text, label }: { text: string; label: string }): JSX.Element {
  const isCut = text.length > MAX_SHOWN;
  return (
    <div class="code">
      <pre tabIndex={0} role="group" aria-label={label}>
        {isCut ? `${text.slice(0, MAX_SHOWN)}…` : text}
      </pre>
      <CopyButton label={isCut ? 'Copy all' : 'Copy'} text={() => text} />
    </div>
  );
}

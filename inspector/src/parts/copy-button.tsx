import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

const SHOWN_MS = 1500;

/** Copies a text, and says so in its own label. @param text is made when it is pressed */
export function CopyButton({ label, text }: { label: string; text: () => string }): JSX.Element {
  const said = useSignal<string | undefined>(undefined);
  const copy = async (): Promise<void> => {
    said.value = (await toClipboard(text())) ? 'Copied' : 'Not allowed';
    setTimeout(() => (said.value = undefined), SHOWN_MS);
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()} aria-live="polite">
      {said.value ?? label}
    </button>
  );
}

/** The clipboard of pages without TLS, which have no other, is a selection that is copied. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

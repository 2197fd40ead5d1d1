import type { JSX } from 'preact';

export function Download({ data, mimeType }: { data: string; mimeType: string }): JSX.Element {
  const bytes = Math.floor((data.length * 3) / 4);
  return (
    <a class="button" href={`data:${mimeType};base64,${data}`} download="content">
      {`Save ${bytes} bytes of ${mimeType}`}
    </a>
  );
}

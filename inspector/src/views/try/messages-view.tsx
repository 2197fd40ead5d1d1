import type { JSX } from 'preact';
import type { Traffic } from '../../mcp/endpoint.js';
import { clock } from '../../parts/format.js';
import { JsonView } from '../../parts/json-view.js';
import { Empty } from '../../parts/notice.js';
import { useApp } from '../../state/app-state.js';

/** Every message that this page sent and received, the newest first, and what the server announced by itself. */
export function MessagesView(): JSX.Element {
  const { tryIt } = useApp();
  const traffic = [...tryIt.traffic.value].reverse();
  const notices = [...tryIt.notices.value].reverse();
  return (
    <article>
      <h2>Announcements</h2>
      {notices.length === 0 && <Empty>The server has announced nothing yet.</Empty>}
      <ul class="plain">
        {notices.map(({ at, method, params }, index) => (
          <li key={notices.length - index}>
            <time class="mono">{clock(at)}</time> {method.replace('notifications/', '')}{' '}
            <span class="mono">{JSON.stringify(params)}</span>
          </li>
        ))}
      </ul>
      <h2>Messages</h2>
      {traffic.length === 0 && <Empty>Nothing was sent yet.</Empty>}
      {traffic.map((one) => (
        <details key={one.number}>
          <summary>
            <time class="mono">{clock(one.at)}</time> {one.direction === 'sent' ? 'to the server' : 'from the server'}{' '}
            <strong>{titleOf(one)}</strong>
          </summary>
          <JsonView value={one.message} label="Message" />
        </details>
      ))}
    </article>
  );
}

function titleOf({ message }: Traffic): string {
  if (message.method !== undefined) return message.method;
  return message.error ? `error of ${String(message.id)}` : `answer to ${String(message.id)}`;
}

import type { JSX } from 'preact';
import type { Request } from '../../mcp/connection.js';
import { curlOf } from '../../mcp/curl.js';
import { CodeView } from '../../parts/json-view.js';
import { useApp } from '../../state/app-state.js';

/** The request as a command for a terminal. */
export function CurlView({ request }: { request: Request }): JSX.Element | null {
  const { tryIt } = useApp();
  const wire = tryIt.wire(request);
  return wire ? (
    <CodeView text={curlOf(tryIt.url, wire, tryIt.settings.value.identity)} label="Command for a terminal" />
  ) : null;
}

import type { ComponentChildren, JSX } from 'preact';
import type { Params } from '../../mcp/messages.js';
import { InvocationView } from '../../parts/invocation-view.js';
import { useApp } from '../../state/app-state.js';

interface Properties {
  readonly invocationKey: string;
  result(result: Params): ComponentChildren;
}

/** What came of the latest request for a primitive, if there was one. */
export function Outcome({ invocationKey, result }: Properties): JSX.Element | null {
  const invocation = useApp().tryIt.latest(invocationKey);
  // The key begins it anew with each request.
  return invocation ? <InvocationView key={invocation.startedAt} invocation={invocation} result={result} /> : null;
}

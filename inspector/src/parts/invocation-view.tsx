import type { ComponentChildren, JSX } from 'preact';
import type { Params } from '../mcp/messages.js';
import type { Invocation, LogLine, Progress } from '../state/invocation.js';
import { duration } from './format.js';
import { Badge, FailureNotice } from './notice.js';
import { QuestionCard } from './question-card.js';

interface Properties {
  readonly invocation: Invocation;
  result(result: Params): ComponentChildren;
}

/** A request from its start to its result: progress, log lines, questions, its task. */
export function InvocationView({ invocation, result }: Properties): JSX.Element {
  const outcome = invocation.outcome.value;
  const task = invocation.task.value;
  const progress = invocation.progress.value;
  return (
    <section class="invocation" aria-label="Result">
      <div class="line" role="status">
        {outcome === undefined ? (
          <Badge tone="warn">{invocation.questions.value.length > 0 ? 'asks' : 'running'}</Badge>
        ) : (
          <OutcomeBadge kind={outcome.kind} isError={outcome.kind === 'result' && outcome.result['isError'] === true} />
        )}
        {invocation.durationMs.value !== undefined && <span>{duration(invocation.durationMs.value)}</span>}
        {task && (
          <span>
            Task {task.status.replace('_', ' ')} <span class="mono">{task.taskId}</span> {task.statusMessage}
          </span>
        )}
        {outcome === undefined && (
          <button type="button" class="quiet" onClick={() => invocation.cancel()}>
            Cancel
          </button>
        )}
      </div>
      {progress && <ProgressView progress={progress} />}
      {invocation.questions.value.map((open) => (
        <QuestionCard key={open.key} open={open} />
      ))}
      {invocation.logs.value.length > 0 && <Logs lines={invocation.logs.value} />}
      {outcome?.kind === 'failure' && <FailureNotice failure={outcome.failure} />}
      {outcome?.kind === 'result' && result(outcome.result)}
    </section>
  );
}

function OutcomeBadge({ kind, isError }: { kind: string; isError: boolean }): JSX.Element {
  if (kind === 'cancelled') return <Badge tone="warn">cancelled</Badge>;
  if (kind === 'failure') return <Badge tone="bad">failed</Badge>;
  return isError ? <Badge tone="bad">tool error</Badge> : <Badge tone="good">done</Badge>;
}

function ProgressView({ progress: { progress, total, message } }: { progress: Progress }): JSX.Element {
  const text = message ?? (total === undefined ? `${progress}` : `${progress} of ${total}`);
  return (
    <div class="progress">
      <progress aria-label="Progress" value={total === undefined ? undefined : progress} max={total} />
      <span>{text}</span>
    </div>
  );
}

function Logs({ lines }: { lines: readonly LogLine[] }): JSX.Element {
  return (
    <ol class="logs mono" aria-label="Log messages">
      {lines.map(({ at, level, logger, data }, index) => (
        <li key={index} class={`level-${level}`}>
          <time>{new Date(at).toLocaleTimeString()}</time> {level} {logger}{' '}
          {typeof data === 'string' ? data : JSON.stringify(data)}
        </li>
      ))}
    </ol>
  );
}

import type { ComponentChildren, JSX } from 'preact';
import type { CallRecord } from '../../../../lib/inspector/wire/call.js';
import { CallerView } from '../../parts/caller-view.js';
import { clock, duration } from '../../parts/format.js';
import { JsonView } from '../../parts/json-view.js';
import { Empty } from '../../parts/notice.js';
import { useApp } from '../../state/app-state.js';
import { hrefOf } from '../../state/route.js';
import { type Span, timelineOf } from '../../state/timeline.js';
import { OutcomeBadge } from './calls-view.js';

/** One call as a timeline, across the instances that had a part in it. */
export function CallView({ id }: { id: string }): JSX.Element {
  const { fleet } = useApp();
  const call = fleet.calls.value.find((one) => one.id === id);
  return (
    <article>
      <p>
        <a href={hrefOf('fleet', 'calls')}>All calls</a>
      </p>
      {call ? <Timeline call={call} /> : <Empty>This call is not on the tape any more.</Empty>}
    </article>
  );
}

function Timeline({ call }: { call: CallRecord }): JSX.Element {
  const { fleet } = useApp();
  const { spans, totalMs } = timelineOf(call);
  return (
    <>
      <h2>{call.name ?? call.method}</h2>
      <dl class="facts">
        <Fact title="Method">{call.method}</Fact>
        <Fact title="Outcome">
          <OutcomeBadge outcome={call.outcome} /> {call.reason}
        </Fact>
        <Fact title="Arrived">{clock(call.startedAt)}</Fact>
        <Fact title="Took">{duration(call.milliseconds)}</Fact>
        <Fact title="Revision">{call.revision}</Fact>
        <Fact title="Caller">
          <CallerView caller={call.caller} />
        </Fact>
        {call.traceId && <Fact title="Trace">{call.traceId}</Fact>}
      </dl>
      <div class="scroll" tabIndex={0} role="region" aria-label="Timeline">
        <table class="timeline">
          <caption class="hidden">Timeline</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Where</th>
              <th scope="col">After</th>
              <th scope="col">For</th>
              <th scope="col" class="bars">
                {`0 to ${duration(totalMs)}`}
              </th>
            </tr>
          </thead>
          <tbody>
            {spans.map((span, index) => (
              <tr key={index}>
                <th scope="row">
                  {span.what} <span class="hint">{span.detail}</span>
                </th>
                <td>{fleet.nameOf(span.instance)}</td>
                <td class="number">{duration(span.afterMs)}</td>
                <td class="number">{span.milliseconds === undefined ? '' : duration(span.milliseconds)}</td>
                <td>
                  <Bar span={span} totalMs={totalMs} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {call.arguments && <JsonView value={call.arguments} label="Arguments" />}
    </>
  );
}

function Fact({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const WIDTH = 300;
/** Moments and very short spans are seen as well. */
const LEAST = 2;

function Bar({ span, totalMs }: { span: Span; totalMs: number }): JSX.Element {
  const scale = (WIDTH - LEAST) / Math.max(totalMs, 0.001);
  return (
    <svg width={WIDTH} height={14} aria-hidden="true">
      <rect
        class={`span place-${span.place % 4}`}
        x={span.afterMs * scale}
        y={2}
        width={Math.max(LEAST, (span.milliseconds ?? 0) * scale)}
        height={10}
      />
    </svg>
  );
}

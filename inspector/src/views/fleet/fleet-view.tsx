import type { JSX } from 'preact';
import { useApp } from '../../state/app-state.js';
import { CallView } from './call-view.js';
import { CallsView } from './calls-view.js';
import { InstancesView } from './instances-view.js';
import { LatencyView } from './latency-view.js';
import { QuestionsView } from './questions-view.js';
import { RedisView } from './redis-view.js';
import { RefusalsView } from './refusals-view.js';
import { SessionsView } from './sessions-view.js';
import { TasksView } from './tasks-view.js';

/** All instances as one server, live. */
export function FleetView({ section, chosen }: { section: string; chosen: string | undefined }): JSX.Element {
  const { fleet } = useApp();
  const link = fleet.link.value;
  return (
    <>
      <div role="alert">
        {link.kind === 'lost' && <p class="notice">{`${link.reason} What is shown is from before; trying again.`}</p>}
      </div>
      <Section section={section} chosen={chosen} />
    </>
  );
}

function Section({ section, chosen }: { section: string; chosen: string | undefined }): JSX.Element {
  switch (section) {
    case 'sessions':
      return <SessionsView />;
    case 'calls':
      return chosen === undefined ? <CallsView /> : <CallView key={chosen} id={chosen} />;
    case 'latency':
      return <LatencyView />;
    case 'questions':
      return <QuestionsView />;
    case 'tasks':
      return <TasksView />;
    case 'redis':
      return <RedisView />;
    case 'refusals':
      return <RefusalsView />;
    default:
      return <InstancesView />;
  }
}

import type { JSX } from 'preact';
import { Badge } from '../parts/notice.js';
import { useApp } from '../state/app-state.js';
import { hrefOf } from '../state/route.js';
import { FleetView } from './fleet/fleet-view.js';
import { TryView } from './try/try-view.js';

interface Section {
  readonly title: string;
  readonly path: readonly string[];
}

const TRY: readonly Section[] = [
  { title: 'Tools', path: ['try', 'tools'] },
  { title: 'Resources', path: ['try', 'resources'] },
  { title: 'Prompts', path: ['try', 'prompts'] },
  { title: 'Messages', path: ['try', 'messages'] },
];

const FLEET: readonly Section[] = [
  { title: 'Instances', path: ['fleet', 'instances'] },
  { title: 'Sessions', path: ['fleet', 'sessions'] },
  { title: 'Calls', path: ['fleet', 'calls'] },
  { title: 'Latency', path: ['fleet', 'latency'] },
  { title: 'Questions', path: ['fleet', 'questions'] },
  { title: 'Tasks', path: ['fleet', 'tasks'] },
  { title: 'Redis', path: ['fleet', 'redis'] },
  { title: 'Refusals', path: ['fleet', 'refusals'] },
];

/** The whole page: a head, the ways to its sections, and the section that the address names. */
export function Page(): JSX.Element {
  const { config, route } = useApp();
  const [area = 'try', section = 'tools', chosen] = route.parts.value;
  const { name, title, version } = config.server;
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <h1>{title ?? name}</h1>
        <span class="hint">{`${name} ${version}`}</span>
        <Departures />
      </header>
      <nav class="sections" aria-label="Sections">
        <Sections title="Try it" sections={TRY} area={area} section={section} />
        <Sections title="The fleet" sections={FLEET} area={area} section={section} />
      </nav>
      <main id="main" tabIndex={-1}>
        {area === 'fleet' ? (
          <FleetView section={section} chosen={chosen} />
        ) : (
          <TryView section={section} chosen={chosen} />
        )}
      </main>
    </>
  );
}

/** Says in every section how many instances there are, and which has gone. */
function Departures(): JSX.Element {
  const { fleet } = useApp();
  const all = [...fleet.instances.value.values()];
  const gone = all.filter((one) => one.gone);
  const present = all.length - gone.length;
  return (
    <span class="line" role="status">
      {present > 0 && <Badge tone="good">{present === 1 ? '1 instance' : `${present} instances`}</Badge>}
      {gone.map(({ report: { instance }, gone: departure }) => (
        <Badge key={instance.id} tone="bad">
          {`${instance.name} ${departure!.reason === 'lost' ? 'was lost' : 'has shut down'}`}
        </Badge>
      ))}
    </span>
  );
}

/** Fragments are addresses of sections here, so the link moves the focus itself. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

interface SectionsProperties {
  readonly title: string;
  readonly sections: readonly Section[];
  readonly area: string;
  readonly section: string;
}

function Sections({ title, sections, area, section }: SectionsProperties): JSX.Element {
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {sections.map((one) => (
          <li key={one.title}>
            <a
              href={hrefOf(...one.path)}
              aria-current={one.path[0] === area && one.path[1] === section ? 'page' : undefined}
            >
              {one.title}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

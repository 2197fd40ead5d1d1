import { render } from 'preact';
import type { InspectorConfig } from '../../lib/inspector/wire/config.js';
import { ROUTES } from '../../lib/inspector/wire/routes.js';
import { FleetWatch } from './api/fleet-watch.js';
import { AppStateProvider } from './state/app-state.js';
import { Fleet } from './state/fleet.js';
import { Route } from './state/route.js';
import { TryIt } from './state/try-it.js';
import { Page } from './views/page.js';

const config = (await (await fetch(ROUTES.config)).json()) as InspectorConfig;
const [endpoint = ''] = config.endpoints;
const fleet = new Fleet();
const tryIt = new TryIt(new URL(endpoint, location.href).href);
new FleetWatch(ROUTES.stream, fleet).begin();
// A session would otherwise wait for its end.
window.addEventListener('pagehide', () => tryIt.close());

document.title = `${config.server.title ?? config.server.name}, MCP inspector`;
render(
  <AppStateProvider value={{ config, fleet, tryIt, route: new Route(window) }}>
    <Page />
  </AppStateProvider>,
  document.getElementById('page')!,
);

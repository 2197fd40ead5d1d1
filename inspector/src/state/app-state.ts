import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { InspectorConfig } from '../../../lib/inspector/wire/config.js';
import type { Fleet } from './fleet.js';
import type { Route } from './route.js';
import type { TryIt } from './try-it.js';

/** Everything that the page knows, made once. */
export interface AppState {
  readonly config: InspectorConfig;
  readonly route: Route;
  readonly tryIt: TryIt;
  readonly fleet: Fleet;
}

const Context = createContext<AppState | undefined>(undefined);

export const AppStateProvider = Context.Provider;

export function useApp(): AppState {
  const app = useContext(Context);
  if (!app) throw new Error('This part is used outside of the page.');
  return app;
}

import { requestPath } from '../../request-path.js';
import type { ExpressApp, ExpressLayer, ExpressRequest } from './express-types.js';

/** Whether a request is for the endpoint. */
export type IsOurs = (request: ExpressRequest) => boolean;

/**
 * Tells whether a request is for one of these paths. A trailing slash makes no difference unless the router is strict.
 *
 * @param layers the routes of the paths, which know how to match those with parameters
 */
export function isAt(app: ExpressApp, paths: readonly string[], layers: readonly ExpressLayer[] = []): IsOurs {
  const patterns = layers.filter(({ route }) => /[:*{]/.test(String(route!.path)));
  return (request) => {
    // The absolute form of a URL is another path.
    if (request.url?.startsWith('/') !== true) return false;
    const path = requestPath(request.url);
    const isLenient = app.enabled?.('strict routing') !== true;
    if (paths.some((each) => path === each || (isLenient && path === `${each}/`))) return true;
    return patterns.some((layer) => layer.match(path));
  };
}

/** The routes that Nest has registered for handlers with this mark. */
export function markedRoutes(app: ExpressApp, isMarked: (handler: object) => boolean): readonly ExpressLayer[] {
  const layers = app.router?.stack ?? [];
  return layers.filter(({ route }) => route?.stack.some(({ handle }) => isMarked(handle)) === true);
}

import type { ExposedRoutes, McpToolOptions, RouteNames } from '../decorators/metadata.js';
import type { Route } from '../routes/route.js';
import { isUndocumented } from '../routes/swagger.js';
import { exposureOf } from './metadata-accessor.js';

/** The tool that a route without `@McpTool()` becomes, by its decorators or by the option `expose`. */
export function exposedTool(
  route: Route,
  server: string | undefined,
  expose: ExposedRoutes | undefined,
): McpToolOptions | undefined {
  const { type, method, handler, verb, path } = route;
  const declared = exposureOf(type, handler);
  if (declared === false) return undefined;
  if (declared) return toolOf(route, declared);
  if (!expose || isUndocumented(type, handler)) return undefined;
  const selected = expose.filter({ controller: type, method, handler: handler as () => unknown, verb, path });
  return selected ? { ...toolOf(route, expose), ...(server !== undefined && { server }) } : undefined;
}

function toolOf(
  { type, method }: Route,
  { server, names = 'controller_method', headers, output }: Omit<ExposedRoutes, 'filter'> & { server?: string },
): McpToolOptions {
  return {
    name: nameOf(type.name, method, names),
    ...(server !== undefined && { server }),
    ...(headers !== undefined && { headers }),
    ...(output !== undefined && { output }),
  };
}

function nameOf(controller: string, method: string, names: RouteNames): string {
  if (typeof names === 'function') return names(controller, method);
  if (names === 'method') return method;
  const short = controller.replace(/(?<=.)Controller$/, '');
  return `${short.charAt(0).toLowerCase()}${short.slice(1)}_${method}`;
}

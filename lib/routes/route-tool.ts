import type { McpToolOptions } from '../decorators/metadata.js';
import type { RouteHost } from '../pipeline/handler-pipelines.js';
import { compileSchema, emptyInput, type CompiledSchema } from '../schema/index.js';
import { chooseMembers, objectOf } from './members.js';
import { PlaceForms } from './place-forms.js';
import { requireCallable } from './refusals.js';
import { routeCall } from './route-call.js';
import { routeWords } from './route-hints.js';
import { withSecretMarks } from './secret-marks.js';
import { routeOutput } from './route-output.js';
import type { Route } from './route.js';

/** A route as a tool: what `@McpTool()` says, completed by what the route says. */
export interface RouteTool {
  readonly options: McpToolOptions;
  readonly input: CompiledSchema;
  readonly output: CompiledSchema | undefined;
  readonly call: RouteHost;
}

/**
 * Reads a route, at start-up.
 *
 * @throws Error if the method needs what only an HTTP connection has, or if two arguments have the same name
 * @throws {SchemaError} if a class of its parameters cannot be read
 */
export async function routeTool(route: Route, options: McpToolOptions): Promise<RouteTool> {
  requireCallable(route);
  const { headers = false, output } = options;
  const { forms, definitions, warnings, declared } = await PlaceForms.of(route, headers);
  const members = chooseMembers(forms);
  const where = `the input of ${route.type.name}.${route.method}`;
  const printed = { ...objectOf(members), ...(Object.keys(definitions).length > 0 && { $defs: definitions }) };
  const input = members.length === 0 ? emptyInput : await compileSchema(printed, { direction: 'input', where });
  return {
    options: { ...options, ...routeWords(route, options) },
    input: { ...input, declared: withSecretMarks(printed, declared), warnings: [...input.warnings, ...warnings] },
    output: output === undefined ? await routeOutput(route) : undefined,
    call: routeCall(route, members),
  };
}

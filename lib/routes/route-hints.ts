import type { ToolAnnotations } from '../protocol/definitions.js';
import type { Route } from './route.js';
import { operationOf } from './swagger.js';

/** What the HTTP method promises. A POST and a PATCH promise nothing. */
const HINTS: Readonly<Record<string, ToolAnnotations>> = {
  GET: { readOnlyHint: true },
  HEAD: { readOnlyHint: true },
  OPTIONS: { readOnlyHint: true },
  SEARCH: { readOnlyHint: true },
  QUERY: { readOnlyHint: true },
  PUT: { idempotentHint: true },
  DELETE: { destructiveHint: true, idempotentHint: true },
};

/** The description and hints of a route. What the options of the tool say comes first. */
export function routeWords(
  { handler, verb }: Route,
  given: { readonly title?: string; readonly description?: string; readonly annotations?: ToolAnnotations },
) {
  const { summary, description } = operationOf(handler);
  const annotations = { ...HINTS[verb], ...given.annotations };
  return {
    title: given.title ?? (description === undefined ? undefined : summary),
    description: given.description ?? description ?? summary,
    annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
  };
}

import type { AccessControl } from '../../access/access-control.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { ResourceEntry, ResourceTemplateEntry } from '../../catalog/entries.js';
import type { Interactions } from '../../interaction/interactions.js';
import { NO_CACHE } from '../../protocol/definitions.js';
import { invalidParams, ResourceNotFoundError } from '../../protocol/errors.js';
import type { Exchange } from '../../exchange/exchange.js';
import type { JsonObject } from '../../protocol/messages.js';
import { ResultMembers } from '../response-writer.js';
import type { Capabilities } from '../capabilities.js';
import { resourceFailure } from '../../exchange/failure.js';
import type { CallBounds } from '../call-bounds.js';
import { callPrimitive } from '../call-primitive.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { resourceResult } from '../results/resource-result.js';
import { cacheMembers } from './cacheable.js';

/** A longer URI is never found, which keeps matching cheap and error messages short. */
const MAX_URI_LENGTH = 8192;

export interface FoundResource {
  readonly entry: ResourceEntry | ResourceTemplateEntry;
  readonly variables: JsonObject;
}

/** Finds the fixed resource with this URI, or else the most specific template that matches it. */
export function findResource(catalog: Catalog, uri: string): FoundResource | undefined {
  if (uri.length > MAX_URI_LENGTH) return undefined;
  const fixed = catalog.resources.get(uri) ?? catalog.unlisted.get(uri);
  if (fixed) return { entry: fixed, variables: {} };
  for (const entry of catalog.templatesBySpecificity()) {
    const variables = entry.template.match(uri);
    if (variables) return { entry, variables };
  }
  return undefined;
}

/**
 * Finds a resource that the caller may read. What is hidden from it is not looked for further: a template that also
 * matches must not open what a resource or a more specific template protects.
 *
 * @throws {McpError} also if it does not exist
 */
export async function requireResource(
  catalog: Catalog,
  access: AccessControl,
  exchange: Exchange,
  uri: string,
): Promise<FoundResource> {
  const found = findResource(catalog, uri);
  const unknown = () => new ResourceNotFoundError(uri.slice(0, MAX_URI_LENGTH));
  const admitting = access.admit(found?.entry, exchange, found?.variables, unknown);
  if (admitting instanceof Promise) await admitting;
  return found!;
}

/** Whether a resource exists that the caller may read. */
export function mayRead(
  catalog: Catalog,
  access: AccessControl,
  exchange: Exchange,
  uri: string,
): boolean | Promise<boolean> {
  const found = findResource(catalog, uri);
  return found !== undefined && access.permitsCall(found.entry, exchange, found.variables);
}

/** @throws {McpError} `-32602` if `uri` is not a string */
export const uriOf = (params: JsonObject): string => {
  if (typeof params.uri !== 'string') throw invalidParams('"uri" must be a string');
  return params.uri;
};

/** `resources/read`: reads a fixed resource or one that matches a template. */
export const readResource = (
  catalog: Catalog,
  capabilities: Capabilities,
  interactions: Interactions,
  access: AccessControl,
  bounds: CallBounds,
): Method => ({
  name: 'resources/read',
  eras: BOTH_ERAS,
  available: capabilities.resources,
  isCall: true,
  async run(params, exchange) {
    const uri = uriOf(params);
    const { entry, variables } = await requireResource(catalog, access, exchange, uri);
    const call = { entry, name: entry.definition.name, subject: uri, args: variables };
    const read = async () => bounds.call(entry, exchange, () => callPrimitive(call, exchange, interactions, access));
    const outcome = await read().catch((error: unknown) => {
      throw resourceFailure(error, uri);
    });
    if ('inputRequired' in outcome) return outcome.inputRequired;
    const result = resourceResult(outcome.value, uri, entry.definition.mimeType);
    if (exchange.peer.era === 'legacy') return { ...result };
    // A result that depends on a client's answers must not be cached for others.
    const given = params.inputResponses === undefined && params.requestState === undefined ? entry.cache : NO_CACHE;
    // Nor what others may not read (Z-15).
    const cache = given && !access.isForAll(entry) ? { ...given, scope: 'private' as const } : given;
    return new ResultMembers(JSON.stringify(result).slice(1, -1) + cacheMembers('modern', cache));
  },
});

import { REQUEST_CONTEXT_ID } from '../nest/container.js';
import { viewOf } from '../exchange/request-view.js';
import type { Member, Place } from './members.js';
import { fillPath } from './path-pattern.js';
import type { Route } from './route.js';

type Values = Record<string, unknown>;

/** Headers that describe the MCP request itself, which is not the one that the route reads. */
const OF_THE_CARRIER = /^(content-(length|type|encoding)|transfer-encoding|accept|connection|last-event-id|mcp-.*)$/;

/**
 * Makes the request that the route of a call reads. It has the arguments where an HTTP client would have put them, and
 * all else from the HTTP request that carries the call. Guards, which run before the arguments are checked, find them
 * there, as on a route.
 */
export function routeRequest(
  { verb, path }: Pick<Route, 'verb' | 'path'>,
  members: readonly Member[],
  carrier: object,
  raw: unknown,
): object {
  const places = distribute(members, (raw ?? {}) as Values);
  const filled = fillPath(path, places.path as Values);
  const search = searchOf(places.query as Values);
  const url = search === '' ? filled : `${filled}?${search}`;
  const { headers = {} } = carrier as { headers?: Values };
  const own = Object.entries(headers).filter(([name]) => !OF_THE_CARRIER.test(name));
  const request = viewOf(carrier);
  const described: Values = {
    method: verb,
    url,
    originalUrl: url,
    path: filled,
    baseUrl: '',
    params: places.path,
    query: places.query,
    body: places.body,
    rawBody: undefined,
    headers: { ...Object.fromEntries(own), ...(places.headers as Values) },
    // That of the carrier would give the route the request-scoped providers of the endpoint.
    [REQUEST_CONTEXT_ID]: undefined,
  };
  for (const key of Reflect.ownKeys(described)) {
    const value = described[key as string];
    Object.defineProperty(request, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return request;
}

function distribute(members: readonly Member[], raw: Values): Record<Place, unknown> {
  const places: Record<Place, unknown> = { path: {}, query: {}, headers: {}, body: {} };
  for (const { place, key, name } of members) {
    if (!Object.hasOwn(raw, name) || raw[name] === undefined) continue;
    // A client of HTTP can only send text in these three, and the route's own pipes expect it.
    const value = place === 'body' ? raw[name] : asText(raw[name]);
    if (key === undefined) places[place] = value ?? {};
    else if (value !== undefined) (places[place] as Values)[key] = value;
  }
  return places;
}

function asText(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((one) => asText(one) ?? '');
  if (typeof value !== 'object') return String(value as string | number | boolean);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asText(one)]));
}

function searchOf(query: Values): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of [value].flat()) search.append(key, typeof one === 'string' ? one : JSON.stringify(one));
  }
  return search.toString();
}

/** The servers that are loaded, by name: the file in `servers` and what it is asked for. */
const TARGETS = {
  'node:http': ['bare.mjs', { host: 'node-http' }],
  fastify: ['bare.mjs', { host: 'fastify' }],
  nest: ['nest-route.mjs', {}],
  'nest-validated': ['nest-route.mjs', { validate: '' }],
  'nest-express': ['nest-route.mjs', { adapter: 'express' }],
  'nest-express-validated': ['nest-route.mjs', { adapter: 'express', validate: '' }],
  fleet: ['fleet.mjs', {}],
  'fleet-direct': ['fleet.mjs', { mount: 'direct' }],
  'fleet-server': ['fleet.mjs', { mount: 'http-server' }],
  'fleet-express': ['fleet.mjs', { adapter: 'express' }],
  'fleet-express-direct': ['fleet.mjs', { adapter: 'express', mount: 'direct' }],
  'fleet-express-server': ['fleet.mjs', { adapter: 'express', mount: 'http-server' }],
  'fleet-redis': ['fleet.mjs', { redis: true }],
  rekog: ['rekog.mjs', {}],
  'rekog-express': ['rekog.mjs', { adapter: 'express' }],
  sdk: ['sdk.mjs', {}],
  'sdk-session': ['sdk-session.mjs', {}],
};
/** Another build of this package, served as this target is; `compare.mjs` puts it there. */
TARGETS.base = ['fleet-base.mjs', TARGETS[process.env.BENCH_BASE_LIKE ?? 'fleet'][1]];

export const TARGET_NAMES = Object.keys(TARGETS);

/** @returns the URL of a server's file, whose query tells it what to be */
export function serverOf(target, redis, more = {}) {
  const [file, query] = TARGETS[target];
  return serverUrl(file, { ...query, ...(query.redis && { redis: redis.url, prefix: target }), ...more });
}

export function serverUrl(file, query) {
  const url = new URL(`servers/${file}`, import.meta.url);
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

/** Single requests, which every target answers. */
import { forms } from '../forms.mjs';
import { serverOf } from '../targets.mjs';

const BARE = ['node:http', 'fastify', 'nest', 'nest-validated'];
const EXPRESS = [
  'nest-express',
  'nest-express-validated',
  'fleet-express',
  'fleet-express-direct',
  'fleet-express-server',
];
const OWN = ['fleet', 'fleet-direct', 'fleet-server', 'fleet-redis'];

/** Left out by a brief run. */
const VARIATIONS = ['fastify', 'nest-express-validated', 'fleet-express', 'rekog-express'];

export const requests = [
  ['call-modern', [...BARE, ...OWN, ...EXPRESS, 'rekog', 'rekog-express', 'sdk', 'base']],
  ['call-legacy', [...BARE, ...OWN, ...EXPRESS, 'rekog', 'rekog-express', 'sdk-session', 'base']],
  ['list-modern', ['node:http', 'nest', ...OWN, 'rekog', 'sdk', 'base']],
  ['list-legacy', ['node:http', 'nest', ...OWN, 'rekog', 'sdk-session', 'base']],
  ['cycle', ['node:http', 'nest', ...OWN, 'rekog', 'sdk-session', 'base']],
].map(([name, targets]) => ({
  name,
  batch: 'requests',
  entries: ({ redis, chosen, options }) =>
    targets
      .filter((target) => (chosen ? chosen.includes(target) : target !== 'base'))
      .filter((target) => chosen || !options.isBrief || !VARIATIONS.includes(target))
      .map((target) => ({ name: target, server: serverOf(target, redis), prepare: forms[name] })),
}));

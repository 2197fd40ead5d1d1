/** Measures the cost of the host of one POST endpoint, with the same JSON work in every arm. See README.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './harness/install.mjs';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { printTable, summarise } from './harness/report.mjs';
import { assertSum } from './answers.mjs';
import { modernCall } from './forms.mjs';

const ARMS = [
  'fastify-bare',
  'nest-fastify',
  'nest-fastify-res',
  'nest-fastify-res-hijack',
  'nest-fastify-plugin-send',
  'nest-fastify-plugin-hijack',
  'nest-fastify-plugin-hijack-own-body',
  'nest-express',
  'nest-express-raw',
  'node-http',
];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '90' },
    seconds: { type: 'string', default: '0.4' },
    out: { type: 'string', default: 'host' },
  },
});
const options = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  warmUpSeconds: 2,
  generations: Math.min(3, Number(values.rounds)),
  connections: 32,
};

ensureInstalled();
const entries = ARMS.map((name) => ({
  name,
  server: new URL(`host/${name}.mjs`, import.meta.url).href,
  prepare: async (port) => {
    await assertSum(port, modernCall);
    return modernCall;
  },
}));
const samples = await contest(entries, options);
const summary = summarise(samples, ['fastify-bare', 'nest-fastify']);
printTable('Host of POST /mcp', summary);
const results = new URL('results/', import.meta.url);
mkdirSync(results, { recursive: true });
writeFileSync(
  new URL(`${values.out}.json`, results),
  JSON.stringify({ ...conditions(options), summary, samples: Object.fromEntries(samples) }),
);

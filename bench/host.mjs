/** Measures the cost of the host of one POST endpoint, with the same JSON work in every arm. See README.md. */
import { parseArgs } from 'node:util';
import { ensureInstalled } from './harness/install.mjs';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { printTable, summarise } from './harness/report.mjs';
import { writeResults } from './harness/results.mjs';
import { assertSum } from './answers.mjs';
import { modernCall } from './forms.mjs';
import { PROFILES } from './profiles.mjs';

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
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const options = { ...PROFILES.full, rounds, seconds, generations: Math.min(3, rounds) };

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
writeResults(values.out, { ...conditions(options), summary, samples: Object.fromEntries(samples) });

/**
 * `node bench/observing.mjs [--rounds 15] [--seconds 0.4] [--mount direct] [--out observing]`: what it costs a call that
 * somebody observes it: by telemetry without an SDK and with exporters that do nothing, and by the page. All in the same
 * rounds; see README.md.
 */
import { get } from 'node:http';
import { parseArgs } from 'node:util';
import { forms } from './forms.mjs';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { printTable, summarise } from './harness/report.mjs';
import { writeResults } from './harness/results.mjs';
import { PROFILES } from './profiles.mjs';
import { serverUrl } from './targets.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '0.4' },
    mount: { type: 'string', default: 'controller' },
    out: { type: 'string' },
  },
});
const options = { ...PROFILES.full, rounds: Number(values.rounds), seconds: Number(values.seconds) };
options.generations = Math.min(options.generations, options.rounds);

ensureInstalled();
refreshOwnPackage();
/** `off` runs the same code as an installation without `@opentelemetry/api`, and has no page. */
const KINDS = ['off', 'channel', 'api', 'context', 'metrics', 'spans', 'both', 'by-hand', 'page', 'watched'];

/** Opens the stream of the page and reads it as long as the server lives. */
function watch(port) {
  return new Promise((resolve, reject) => {
    const stream = get({ host: '127.0.0.1', port, path: '/inspector/api/stream' }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`The page answered ${response.statusCode}.`));
      response.on('error', () => {}).once('data', resolve);
    });
    stream.on('error', reject);
  });
}

const entries = KINDS.map((kind) => ({
  name: kind,
  server: serverUrl('observed.mjs', { mount: values.mount, with: kind }),
  prepare: async (port) => {
    if (kind === 'watched') await watch(port);
    return forms['call-modern'](port);
  },
}));
const measured = await contest(entries, options);
const summary = summarise(measured, ['off', 'context']);
printTable('tools/call', summary);
writeResults(values.out, { ...conditions(options), summary });

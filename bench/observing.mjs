/**
 * `node bench/telemetry.mjs [--rounds 15] [--seconds 0.4] [--mount direct] [--out name]`: what telemetry costs a call
 * where it is absent, without an SDK, and with exporters that do nothing. All in the same rounds; see README.md.
 */
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
/** `off` runs the same code as an installation without `@opentelemetry/api`. */
const KINDS = ['off', 'channel', 'api', 'context', 'metrics', 'spans', 'both'];
const entries = KINDS.map((kind) => ({
  name: kind,
  server: serverUrl('telemetry.mjs', { mount: values.mount, with: kind }),
  prepare: forms['call-modern'],
}));
const measured = await contest(entries, options);
const summary = summarise(measured, ['off', 'context']);
printTable('tools/call', summary);
writeResults(values.out, { ...conditions(options), summary });

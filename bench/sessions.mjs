/** Measures what thousands of idle sessions cost a fleet of two instances, and checks that all of it is released. See README.md. */
import { parseArgs } from 'node:util';
import { Crowd } from './fleet/crowd.mjs';
import { requireOpenFiles } from './fleet/open-files.mjs';
import { conditions } from './harness/conditions.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { writeResults } from './harness/results.mjs';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000' },
    'idle-seconds': { type: 'string', default: '30' },
    'ttl-seconds': { type: 'string', default: '120' },
    broadcasts: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const options = {
  sessions: Number(values.sessions),
  idleSeconds: Number(values['idle-seconds']),
  ttlSeconds: Number(values['ttl-seconds']),
  broadcasts: Number(values.broadcasts),
};

ensureInstalled();
refreshOwnPackage();
requireOpenFiles(options.sessions / 2 + 500);
const crowd = await Crowd.start(options);
const report = {};
try {
  for (const step of ['initial', 'opened', 'perSession', 'idle', 'broadcast', 'disconnected', 'expired']) {
    report[step] = await crowd[step]();
    console.log(`${step.padEnd(12)} ${JSON.stringify(report[step])}`);
  }
} finally {
  await crowd.stop();
}
writeResults(values.out, { ...conditions(options), ...report });
const left = crowd.leftBehind(report);
if (left.length > 0) throw new Error(`Not released: ${left.join(', ')}`);

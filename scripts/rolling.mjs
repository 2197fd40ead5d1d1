/**
 * `npm run rolling [-- --rounds 3] [--out name]`: replaces three instances of `sample/everything`
 * behind nginx one after the other while clients of both eras call them. With SIGTERM no call may fail; the control uses
 * SIGKILL, where some calls must fail. `--out` writes the figures to `bench/results/<name>.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Callers } from './rolling/callers.mjs';
import { startNginx } from './steps/nginx.mjs';
import { ensureBuilt } from './steps/compile.mjs';
import { provideCommand } from './steps/debian.mjs';
import { startEverything } from './steps/everything.mjs';
import { freePort } from './steps/free-port.mjs';
import { provideRedis } from './steps/redis.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, fail } from './steps/run.mjs';

const INSTANCES = 3;
const BETWEEN_MS = 1000;
const FOLDER = join(ROOT, 'out/rolling');

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, out: { type: 'string' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds must be a whole number, e.g. 3.');
if (!/^[a-z0-9-]+$/.test(values.out ?? 'x')) fail('--out must be a name of lower-case letters, digits and hyphens.');

ensureBuilt();
endOnSignals();
if (!provideCommand('nginx', 'nginx', '-v')) fail('nginx is missing: install it, e.g. apt-get install nginx-light.');
const redisUrl = await provideRedis().catch((error) => fail(error.message));
mkdirSync(FOLDER, { recursive: true });
const ports = [];
for (let i = 0; i < INSTANCES; i++) ports.push(await freePort());
const start = (i) => startEverything('fastify', join(FOLDER, `instance-${i + 1}.log`), redisUrl, ports[i]);
const instances = await Promise.all(ports.map((_, i) => start(i)));
const front = await freePort();
const stopNginx = await startNginx(front, ports, FOLDER).catch((error) => fail(error.message));

const sigterm = await replaceAll((instance) => instance.stop());
const sigkill = await replaceAll((instance) => instance.cut());
await stopNginx();
for (const instance of instances) await instance.cut();

const figures = {
  date: new Date().toISOString(),
  node: process.version,
  instances: INSTANCES,
  rounds,
  sigterm,
  sigkill,
};
process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
if (values.out)
  writeFileSync(join(ROOT, `bench/results/${values.out}.json`), `${JSON.stringify(figures, undefined, 2)}\n`);
const failed = [sigterm.failed > 0 || sigterm.served === 0, sigkill.failed === 0].filter(Boolean).length;
process.stdout.write(`${2 - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

/** @param end stops an instance */
async function replaceAll(end) {
  const callers = new Callers(`http://127.0.0.1:${front}/mcp`);
  const exitMs = [];
  await pause(BETWEEN_MS);
  for (let round = 0; round < rounds; round++) {
    for (const i of ports.keys()) {
      const since = performance.now();
      await end(instances[i]);
      exitMs.push(Math.round(performance.now() - since));
      instances[i] = await start(i);
      await pause(BETWEEN_MS);
    }
  }
  await callers.stop();
  const { served, failures } = callers;
  return { served, failed: failures.length, examples: failures.slice(0, 3), exitMs };
}

/**
 * `npm run behind-nginx`: two instances of `sample/everything` on Redis behind nginx, configured as docs/deploy.md
 * recommends. Looks at it with the doctor, reads a stream that is cut while both instances are replaced, and sends what
 * has to be refused.
 */
import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Reader } from './behind-nginx/reader.mjs';
import { ensureBuilt } from './steps/compile.mjs';
import { provideCommand } from './steps/debian.mjs';
import { startEverything } from './steps/everything.mjs';
import { freePort } from './steps/free-port.mjs';
import { problemOfConfiguration, startNginx } from './steps/nginx.mjs';
import { provideRedis } from './steps/redis.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, fail } from './steps/run.mjs';

const CUT_EVERY = 20;
const PACE_MS = 10;
const BETWEEN_MS = 1000;
const FOLDER = join(ROOT, 'out/behind-nginx');

ensureBuilt();
endOnSignals();
if (!provideCommand('nginx', 'nginx', '-v')) fail('nginx is missing: install it, e.g. apt-get install nginx-light.');
const redisUrl = await provideRedis().catch((error) => fail(error.message));
mkdirSync(FOLDER, { recursive: true });
const ports = [await freePort(), await freePort()];
const start = (i) => {
  const env = { FLEET_TEST: '1', INSTANCE_ID: String(i) };
  return startEverything('fastify', join(FOLDER, `instance-${i + 1}.log`), redisUrl, ports[i], env);
};
const instances = await Promise.all([0, 1].map(start));
const front = await freePort();
const stopNginx = await startNginx(front, ports, FOLDER).catch((error) => fail(error.message));
const url = `http://127.0.0.1:${front}/mcp`;

const results = [];
const check = async (what, run) => {
  const problem = await run().catch((error) => String(error.stack ?? error));
  process.stdout.write(`${problem === undefined ? '✓' : '✗'} ${what}${problem === undefined ? '' : `: ${problem}`}\n`);
  results.push(problem === undefined);
};

await check('nginx accepts the documented configuration, with TLS', async () => problemOfConfiguration(FOLDER));

await check('the doctor finds no fault, and a stream whose first event arrives at once', async () => {
  const { examine } = await import('../build/esm/doctor/examine.js');
  const { all } = await examine({ url, timeoutMs: 5000 });
  const faults = all.filter(({ grade }) => grade === 'fault');
  if (faults.length > 0) return JSON.stringify(faults);
  return all.some(({ about, grade }) => about === 'stream' && grade === 'good') ? undefined : JSON.stringify(all);
});

await check('a stream that is cut while both instances are replaced has each message once, in order', async () => {
  const reader = await Reader.open(url);
  let alive = [0, 1];
  let isReplaced = false;
  const replaced = replace(0)
    .then(() => replace(1))
    .finally(() => (isReplaced = true));
  let sent = 0;
  while (!isReplaced || sent % CUT_EVERY !== 0) {
    if (sent % CUT_EVERY === CUT_EVERY - 1) reader.cut();
    await tell(ports[alive[sent % alive.length]], reader.session, `message ${sent++}`);
    await pause(PACE_MS);
  }
  await replaced;
  const got = await reader.until(`message ${sent - 1}`);
  await reader.close();
  process.stdout.write(`  ${got.length} messages over ${reader.connections} connections\n`);
  const expected = Array.from({ length: sent }, (_, n) => `message ${n}`);
  return JSON.stringify(got) === JSON.stringify(expected) ? undefined : `got ${JSON.stringify(got)}`;

  async function replace(i) {
    await pause(BETWEEN_MS);
    alive = [1 - i];
    await instances[i].stop();
    instances[i] = await start(i);
    alive = [0, 1];
  }
});

await check('a body of 3 MiB passes, and one of 5 MiB is refused', async () => {
  const send = async (megabytes) => {
    const text = 'x'.repeat(megabytes * 1024 * 1024);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: { text } } });
    return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status;
  };
  const statuses = [await send(3), await send(5)];
  // Without a session: refused by the server, not by nginx.
  return JSON.stringify(statuses) === '[400,413]' ? undefined : `answered ${statuses}`;
});

await check('a host that is not allowed is refused by the server', async () => {
  const status = await new Promise((resolve, reject) => {
    const headers = { host: 'attacker.example', 'content-type': 'application/json' };
    const sent = request({ port: front, host: '127.0.0.1', path: '/mcp', method: 'POST', headers }, (response) => {
      resolve(response.resume().statusCode);
    });
    sent.on('error', reject).end('{}');
  });
  return status === 403 ? undefined : `answered ${status}`;
});

await check('nothing but the endpoint is reached', async () => {
  const { status } = await fetch(new URL('/test/broadcast', url), { method: 'POST' });
  return status === 404 ? undefined : `answered ${status}`;
});

await stopNginx();
for (const instance of instances) await instance.stop();
const failed = results.filter((good) => !good).length;
process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

/** Sends a message from one instance to a session, whose stream may be on the other. */
async function tell(port, sessionId, text) {
  const response = await fetch(`http://127.0.0.1:${port}/test/notify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId, text }),
  });
  const { outcome } = await response.json();
  if (outcome !== 'delivered' && outcome !== 'stored') throw new Error(`${text} was ${outcome}.`);
}

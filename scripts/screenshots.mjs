/** `npm run screenshots`: makes the pictures of docs/inspector.md, of two instances that clients call meanwhile. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { provideChromium } from './steps/chromium.mjs';
import { ensureBuilt } from './steps/compile.mjs';
import { modern } from './steps/modern-request.mjs';
import { provideRedis } from './steps/redis.mjs';
import { ROOT } from './steps/root.mjs';

const IMAGES = join(ROOT, 'docs/images');
/** The plots need some points. */
const WATCH_MS = 45_000;
const CITIES = ['Oslo', 'Lisbon', 'Quito', 'Rome'];

async function startInstance(name, redisUrl) {
  const env = { ...process.env, REDIS_URL: redisUrl, INSTANCE_NAME: name, NODE_ENV: 'development' };
  const child = fork(join(ROOT, 'test/browser/instance.mjs'), { env });
  process.once('exit', () => child.kill());
  const [{ port }] = await once(child, 'message');
  return { child, port };
}

/** Calls tools at both instances until it is told to stop. */
async function call(ports, stopped) {
  for (let count = 0; !stopped.aborted; count++) {
    const name = count % 9 === 8 ? 'broken' : 'forecast';
    const args = name === 'forecast' ? { city: CITIES[count % CITIES.length], days: 1 + (count % 14) } : {};
    const url = `http://127.0.0.1:${ports[count % ports.length]}/mcp`;
    await fetch(url, { method: 'POST', ...modern('tools/call', { name, arguments: args }) }).then((one) => one.text());
    await pause(10 + 90 * Math.abs(Math.sin(count / 40)));
  }
}

ensureBuilt();
mkdirSync(IMAGES, { recursive: true });
const redisUrl = await provideRedis();
const instances = await Promise.all(['shop-7d4f-a', 'shop-7d4f-b'].map((name) => startInstance(name, redisUrl)));
const browser = await chromium.launch({ executablePath: await provideChromium(), args: ['--no-sandbox'] });
const origin = `http://127.0.0.1:${instances[0].port}`;
const context = await browser.newContext({ viewport: { width: 1080, height: 620 } });
const page = await context.newPage();
const go = (path) => page.goto(`${origin}/inspector/#/${path}`);
const shoot = (name) => page.screenshot({ path: join(IMAGES, `inspector-${name}.png`) });

await go('fleet/instances');
await page.getByText('2 instances').waitFor();
const calling = new AbortController();
const called = call(
  instances.map(({ port }) => port),
  calling.signal,
);
await pause(WATCH_MS);
await shoot('instances');
await go('fleet/calls');
await shoot('calls');
await go('fleet/latency');
await page.getByRole('img', { name: /^Duration/ }).waitFor();
await shoot('latency');
await go('try/tools/book');
await page.getByLabel('City').fill('Lisbon');
await page.getByRole('button', { name: 'Call', exact: true }).click();
await page.getByText('Which part of Lisbon?').waitFor();
await page.emulateMedia({ colorScheme: 'dark' });
await shoot('question');
calling.abort();
await called;
await browser.close();
for (const { child } of instances) child.kill();
process.exit();

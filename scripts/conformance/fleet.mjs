import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startEverything } from '../steps/everything.mjs';
import { ROOT } from '../steps/root.mjs';

/** Starts several instances of `sample/everything` behind one URL: each request goes to the next instance. */
export async function startFleet(instances, adapter, folder, redisUrl) {
  // Imported here because it has to be built first.
  const { Balancer } = await import(pathToFileURL(join(ROOT, 'build/sample/04-redis-fleet/balancer.js')).href);
  const fixtures = await Promise.all(
    Array.from({ length: instances }, (_, i) =>
      startEverything(adapter, join(folder, `fixture-${i + 1}.log`), redisUrl),
    ),
  );
  const targets = fixtures.map(({ url }) => ({ port: Number(new URL(url).port) }));
  const balancer = await Balancer.start(targets, 0);
  const stop = async () => {
    const ended = await Promise.all(fixtures.map((fixture) => fixture.stop()));
    await balancer.close();
    // A run in which one instance served nothing proves nothing.
    return ended.every(Boolean) && targets.every(({ served = 0 }) => served > 0);
  };
  return { url: balancer.url, stop };
}

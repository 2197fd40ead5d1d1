import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import { figure, percentile, times } from '../../fixtures/measurements/figures.js';
import { begin, follow, key } from '../../fixtures/fleet/stream-subscription.js';
import { fleetMember, newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { TcpProxy } from '../../fixtures/network/tcp-proxy.js';

const G = STANDALONE_STREAM;
const ALICE = key(1);
const PROBE_MS = 200;
const timeouts = { timeout: times(20_000, 300_000) };

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

/** A reader with its own proxied connection to Redis that has received one message. */
async function lineOf(probeMs: number) {
  const proxy = await TcpProxy.start(redis.port);
  const namespace = newNamespace();
  const writer = await fleetMember({ redis: redis.url, namespace });
  const reader = await fleetMember({ redis: redis.url, broker: proxy.url, namespace, probeMs, waitMs: 300 });
  await begin(writer, ALICE);
  // The self-check is too rare to help: what arrives, arrives because of the probe.
  const { recorder, close: leave } = follow(reader, ALICE, 60_000);
  await writer.log.append(ALICE, G, 'heard');
  await recorder.until(() => recorder.delivered.length === 1);
  const close = async (): Promise<void> => {
    leave();
    await Promise.all([writer.close(), reader.close()]);
    await proxy.close();
  };
  return { writer, reader, proxy, recorder, close };
}

describe('F7, F8 a connection that swallows everything silently', () => {
  const FAULTS: [string, string, (proxy: TcpProxy) => void][] = [
    ['F8', 'a subscription that hears nothing while commands work', (proxy) => proxy.dropReplies('subscribe')],
    ['F8', 'a line whose answers get lost', (proxy) => proxy.dropReplies()],
    ['F7', 'a line that is dead both ways', (proxy) => proxy.freeze()],
  ];

  it.each(FAULTS)('%s %s is detected, and no message is lost', timeouts, async (id, name, fault) => {
    const found: number[] = [];
    const repaired: number[] = [];
    for (let round = 0; round < times(2, 30); round++) {
      const { writer, reader, proxy, recorder, close } = await lineOf(PROBE_MS);
      const interrupted = new Promise<number>((resolve) =>
        reader.broker.onInterruption(() => resolve(performance.now())),
      );
      const since = performance.now();
      fault(proxy);
      // Only open connections are dead, as when a firewall forgets their state; new ones work.
      proxy.heal();
      await writer.log.append(ALICE, G, 'missed');
      await recorder.until(() => recorder.delivered.length === 2);
      repaired.push(performance.now() - since);
      found.push((await interrupted) - since);
      expect(recorder.delivered).toEqual(['heard', 'missed']);
      expect(recorder.gaps).toEqual([]);
      await close();
    }
    const probing = `p99 with a probe every ${PROBE_MS} ms`;
    figure(id, `${name}: found out and subscribed again, ${probing}`, percentile(found, 0.99), 'ms');
    figure(id, `${name}: what was missed is delivered, ${probing}`, percentile(repaired, 0.99), 'ms');
  });

  it('F8 control: a subscriber without the probe misses messages on a silent connection', async () => {
    const { writer, proxy, recorder, close } = await lineOf(1_000_000);
    proxy.dropReplies('subscribe');
    await writer.log.append(ALICE, G, 'missed');
    await expect(recorder.until(() => recorder.delivered.length === 2, 1500)).rejects.toThrow('Timed out waiting');
    await close();
  });
});

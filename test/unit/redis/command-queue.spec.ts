import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BackendUnavailableError } from '../../../lib/session/backend-unavailable.js';
import { fleetMember } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis.dispose();
});

async function member(waitMs = 2000) {
  const started = await fleetMember({ redis: redis.url, waitMs });
  onTestFinished(started.close);
  await started.commands.send('ping');
  return started;
}

const outcome = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'done',
    (error: unknown) => error,
  );

describe('the commands of many owners', () => {
  it('A8 a command waits for at most one command of each other owner, besides those on the connection', async () => {
    const { commands } = await member();
    const greedy = commands.for('greedy');
    let before = 0;
    const all = Array.from({ length: 3000 }, () => greedy.send('ping').then(() => before++));
    await commands.for('modest').send('ping');
    expect(before).toBeLessThanOrEqual(128 + 1);
    await Promise.all(all);
    expect(before).toBe(3000);
  });

  it('refuses the commands of an owner beyond its share with 429, and only those', async () => {
    const { commands } = await member();
    await redis.admin.call('CLIENT', 'PAUSE', '500', 'ALL');
    const greedy = Array.from({ length: 5200 }, () => outcome(commands.for('greedy').send('ping')));
    const large = Array.from({ length: 3 }, () => outcome(commands.for('large').send('echo', 'x'.repeat(8_000_000))));
    const modest = outcome(commands.for('modest').send('ping'));
    const refused = (await Promise.all(greedy)).filter((result) => result !== 'done') as BackendUnavailableError[];
    expect(refused).toHaveLength(5200 - 5000 - 128);
    expect(refused[0]).toBeInstanceOf(BackendUnavailableError);
    expect(refused[0]).toMatchObject({ status: 429, reason: 'Too many commands of one client are waiting for Redis.' });
    expect(await Promise.all(large)).toMatchObject(['done', 'done', { status: 429 }]);
    expect(await modest).toBe('done');
    expect(await outcome(commands.for('greedy').send('ping'))).toBe('done');
  });

  it('ends the wait of a command after the time, and gives its place to nobody twice', async () => {
    const { commands } = await member(300);
    await redis.admin.call('CLIENT', 'PAUSE', '900', 'ALL');
    const results = await Promise.all(Array.from({ length: 400 }, () => outcome(commands.for('a').send('ping'))));
    expect(results.every((result) => result instanceof BackendUnavailableError && result.status === 503)).toBe(true);
    await expect.poll(() => outcome(commands.for('a').send('ping')), { timeout: 5000 }).toBe('done');
    const all = await Promise.all(Array.from({ length: 400 }, () => outcome(commands.for('a').send('ping'))));
    expect(new Set(all)).toEqual(new Set(['done']));
  });

  it('refuses at once whoever waits when the server closes', async () => {
    const { commands } = await member();
    await redis.admin.call('CLIENT', 'PAUSE', '300', 'ALL');
    const results = Array.from({ length: 300 }, () => outcome(commands.for('a').send('ping')));
    commands.close();
    const reasons = (await Promise.all(results)).map((result) => (result as BackendUnavailableError).reason);
    expect(reasons.filter((reason) => reason === 'The server is shutting down.')).toHaveLength(300 - 128);
    expect(await outcome(commands.send('ping'))).toBeInstanceOf(BackendUnavailableError);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { RedisClock } from '../../../lib/redis/connection/redis-clock.js';
import { fleetMember } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';

const HOUR_MS = 3_600_000;

afterEach(() => vi.restoreAllMocks());

describe('RedisClock', () => {
  it("P11 the clock of a fleet is the instance's own until Redis was first reached, and Redis's from then on", async () => {
    const redis = await RedisServer.absent();
    const member = await fleetMember({ redis: redis.url, waitMs: 200 });
    const truth = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => truth() + HOUR_MS);
    const clock = new RedisClock(member.commands);
    const error = (): number => clock.now() - truth();
    expect(error()).toBeGreaterThan(HOUR_MS / 2);
    await redis.start();
    await expect.poll(() => Math.abs(error()), { timeout: 10_000 }).toBeLessThan(HOUR_MS / 2);
    expect(Math.abs(error())).toBeLessThan(5000);
    // An outage does not switch back to the local clock.
    await redis.kill();
    expect(Math.abs(error())).toBeLessThan(5000);
    clock.close();
    await member.close();
    await redis.dispose();
  });
});

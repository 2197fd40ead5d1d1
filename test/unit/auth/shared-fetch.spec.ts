import { beforeEach, describe, expect, it } from 'vitest';
import { SharedFetch } from '../../../lib/auth/shared-fetch.js';

describe('something that is fetched and kept', () => {
  let now: number;
  let loads: number;
  let fails: boolean;
  let fetched: SharedFetch<{ load: number }>;
  beforeEach(() => {
    [now, loads, fails] = [1000, 0, false];
    const load = async () => {
      loads++;
      if (fails) throw new Error('away');
      return { load: loads };
    };
    fetched = new SharedFetch(load, 1000, () => now);
  });

  it('is fetched once by all that need it at the same time, and again when it is old', async () => {
    expect(await Promise.all([fetched.get(), fetched.get()])).toEqual([{ load: 1 }, { load: 1 }]);
    now += 999;
    expect(await fetched.get()).toEqual({ load: 1 });
    now += 1;
    expect(await fetched.get()).toEqual({ load: 2 });
  });

  it('is used while nothing newer can be had, but not for ever', async () => {
    await fetched.get();
    fails = true;
    now += 11_000;
    expect(await fetched.get()).toEqual({ load: 1 });
    now += 1000;
    await expect(fetched.get()).rejects.toThrow('away');
  });

  it('is not fetched again for five seconds after a failure', async () => {
    fails = true;
    await expect(fetched.get()).rejects.toThrow('away');
    fails = false;
    now += 4999;
    await expect(fetched.get()).rejects.toThrow('away');
    expect(loads).toBe(1);
    now += 1;
    expect(await fetched.get()).toEqual({ load: 2 });
  });
});

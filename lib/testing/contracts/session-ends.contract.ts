import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { SESSION_LIMITS as LIMITS, sessionRecord } from './session-records.js';
import { type Runner, withSetup } from './runner.js';
import type { SessionStoreContract } from './session-store.fixture.js';

/** Tests that a store tells all instances of the sessions that have ended, if it can tell at all. */
export function sessionEndsContract(runner: Runner, contract: SessionStoreContract): void {
  const it = withSetup(runner, contract.create, LIMITS);

  runner.describe('SessionStore contract: ends', () => {
    it('SessionStore.onEndAnywhere tells each instance once of a session that has ended, if the store can', async ({
      store,
      peer = store,
    }) => {
      const heard: string[][] = [[], []];
      const stops = [store, peer].map((one, i) => one.onEndAnywhere(({ id }) => heard[i]!.push(id)));
      if (stops.includes(undefined)) return assert.deepEqual(stops, [undefined, undefined], 'both can or neither');
      // The first ones may end before a peer listens.
      for (let i = 0; heard.some((ids) => ids.length === 0); i++) {
        await store.create(sessionRecord(`early-${i}`));
        await store.end(sessionRecord(`early-${i}`));
        await pause(10);
      }
      for (const id of ['1', '2']) await store.create(sessionRecord(id));
      await store.update(sessionRecord('1'), { logLevel: 'debug' });
      assert.deepEqual([await peer.end(sessionRecord('1')), await store.end(sessionRecord('1'))], [true, false]);
      await store.end(sessionRecord('2'));
      const crowd = Array.from({ length: LIMITS.maxSessionsPerClient + 1 }, (_, i) => sessionRecord(`crowd-${i}`));
      for (const record of crowd) await store.create(record);
      assert.equal(await store.peek(crowd[0]!), undefined, 'it has made room');
      await store.end(crowd[1]!);
      while (!heard.every((ids) => ids.includes('crowd-1'))) await pause(10);
      for (const ids of heard)
        assert.deepEqual(
          ids.filter((id) => !id.startsWith('early')),
          ['1', '2', 'crowd-1'],
        );
      for (const stop of stops) stop!();
    });
  });
}

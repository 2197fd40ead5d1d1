import assert from 'node:assert/strict';
import type { SessionRecord } from '../../session/session-record.js';
import { type Runner, withSetup } from './runner.js';
import { listKeys, SESSION_LIMITS, sessionRecord } from './session-records.js';
import type { SessionStoreContract } from './session-store.fixture.js';

/** The part of `sessionStoreContract()` about the shares of clients. */
export function sessionShareContract(runner: Runner, contract: SessionStoreContract): void {
  const it = withSetup(runner, contract.create, SESSION_LIMITS);

  runner.describe('SessionStore: shares of clients', () => {
    it('SessionStore.create lets a client with its share of sessions give up its longest idle one, and none of others', async ({
      store,
    }) => {
      await store.create({ ...sessionRecord('other', 'anon'), client: 'address 2' });
      const own = (id: string): SessionRecord => ({ ...sessionRecord(id, 'anon'), client: 'address 1' });
      const ids = Array.from({ length: SESSION_LIMITS.maxSessionsPerClient }, (_, i) => `${i}`);
      for (const id of ids) await store.create(own(id));
      store.hold(own('0'));
      await store.create(own('one more'));
      const left = ['0', ...ids.slice(2), 'one more', 'other'].map((id) => `anon/${id}`);
      assert.deepEqual(await listKeys(store), left.toSorted());
      store.release(own('0'));
    });

    it('SessionStore.create rejects a session beyond the share of its client while all of them are in use', async ({
      store,
    }) => {
      const records = Array.from({ length: SESSION_LIMITS.maxSessionsPerClient }, (_, i) => sessionRecord(`${i}`));
      await Promise.all(records.map((record) => store.create(record)));
      for (const record of records) store.hold(record);
      await assert.rejects(store.create(sessionRecord('over')), { name: 'SessionLimitError', whose: 'share' });
      await store.create(sessionRecord('1', 'bob'));
      for (const record of records) store.release(record);
      await store.create(sessionRecord('over'));
    });

    it('SessionStore.release lets a session give way once each of its connections is closed', async ({ store }) => {
      const ids = Array.from({ length: SESSION_LIMITS.maxSessionsPerClient }, (_, i) => `${i}`);
      for (const id of ids) await store.create(sessionRecord(id));
      for (let i = 0; i < 2; i++) store.hold(sessionRecord('0'));
      store.release(sessionRecord('0'));
      await store.create(sessionRecord('one'));
      assert.ok(await store.peek(sessionRecord('0')), 'held by its other connection');
      store.release(sessionRecord('0'));
      await store.create(sessionRecord('two'));
      assert.equal(await store.peek(sessionRecord('0')), undefined, 'longest idle, and held by none');
    });

    it('SessionStore.load returns the client with the record', async ({ store, peer = store }) => {
      const record = { ...sessionRecord('1', 'anon'), client: '203.0.113.7' };
      await store.create(record);
      assert.equal((await peer.load(record))?.client, '203.0.113.7');
    });
  });
}

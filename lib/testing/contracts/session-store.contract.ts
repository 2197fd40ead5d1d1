import assert from 'node:assert/strict';
import type { SessionKey, SessionRecord } from '../../session/session-record.js';
import type { SessionStore } from '../../session/session-store.js';
import { COLLIDING_KEYS, FOREIGN_PRINCIPALS } from './keys.js';
import { listKeys, SESSION_LIMITS as LIMITS, SESSION_TTL_MS as TTL, sessionRecord } from './session-records.js';
import { sessionEndsContract } from './session-ends.contract.js';
import { sessionShareContract } from './session-share.contract.js';
import { type Runner, withSetup } from './runner.js';
import type { SessionStoreContract } from './session-store.fixture.js';

const keyOf = ({ principal, id }: SessionKey): SessionKey => ({ principal, id });

/** Asserts that every method treats the key as unknown. */
const assertUnknown = async (store: SessionStore, key: SessionKey, message: string): Promise<void> => {
  assert.equal(await store.load(key), undefined, `${message}: load`);
  assert.equal(await store.peek(key), undefined, `${message}: peek`);
  assert.equal(await store.peekRecent(key), undefined, `${message}: peekRecent`);
  assert.equal(await store.update(key, { initialized: true }), false, `${message}: update`);
  assert.equal(await store.subscribe(key, 'x:1'), 'unknown', `${message}: subscribe`);
  assert.equal(await store.unsubscribe(key, 'x:1'), false, `${message}: unsubscribe`);
  assert.deepEqual(await store.subscriptions(key), [], `${message}: subscriptions`);
  assert.equal(await store.end(key), false, `${message}: end`);
  assert.equal(await store.load(key), undefined, `${message}: no method resurrected it`);
};

/**
 * Tests every sentence of the contract in the docblock of `SessionStore`.
 *
 * @publicApi
 */
export function sessionStoreContract(runner: Runner, contract: SessionStoreContract): void {
  const it = withSetup(runner, contract.create, LIMITS);
  sessionShareContract(runner, contract);
  sessionEndsContract(runner, contract);

  runner.describe('SessionStore contract', () => {
    it('SessionStore.load and peek return a created session on every instance', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      assert.deepEqual({ ...(await peer.load(record)) }, record);
      assert.deepEqual({ ...(await peer.peek(record)) }, record);
      assert.deepEqual({ ...(await peer.peekRecent(record)) }, record);
      const bare: SessionRecord = { ...record, id: '2', clientInfo: undefined, logLevel: 'warning', initialized: true };
      await peer.create(bare);
      const loaded = await store.load(bare);
      assert.equal(loaded?.clientInfo, undefined);
      assert.equal(loaded?.logLevel, 'warning');
      assert.equal(loaded?.initialized, true);
    });

    it('SessionStore.create stores a copy, so that changing a record does not change the session', async ({
      store,
    }) => {
      const capabilities: Record<string, unknown> = { sampling: {} };
      const record = { ...sessionRecord('1'), clientCapabilities: capabilities };
      await store.create(record);
      capabilities['evil'] = true;
      const loaded = (await store.load(record))!;
      try {
        (loaded.clientCapabilities as Record<string, unknown>)['evil'] = true;
      } catch {
        // A store may also return frozen records.
      }
      assert.deepEqual((await store.load(record))?.clientCapabilities, { sampling: {} });
    });

    it('SessionStore.update changes only the fields of the patch', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      assert.equal(await peer.update(record, { logLevel: 'error' }), true);
      assert.equal(await store.update(record, { initialized: true }), true);
      assert.deepEqual({ ...(await peer.load(record)) }, { ...record, logLevel: 'error', initialized: true });
    });

    it('SessionStore.update loses no concurrent update of two instances', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await Promise.all([store.update(record, { logLevel: 'error' }), peer.update(record, { initialized: true })]);
      const loaded = await store.load(record);
      assert.deepEqual([loaded?.logLevel, loaded?.initialized], ['error', true]);
    });

    it('SessionStore treats the key of a foreign principal as unknown and does not change the session', async ({
      store,
    }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await store.subscribe(record, 'x:1');
      for (const principal of FOREIGN_PRINCIPALS) {
        await assertUnknown(store, { principal, id: '1' }, `principal ${JSON.stringify(principal)}`);
      }
      assert.deepEqual({ ...(await store.load(record)) }, record);
      assert.deepEqual(await store.subscriptions(record), ['x:1']);
    });

    it('SessionStore distinguishes keys whose concatenated parts are equal', async ({ store }) => {
      for (const [principal, id] of COLLIDING_KEYS) await store.create(sessionRecord(id, principal));
      for (const [principal, id] of COLLIDING_KEYS) {
        assert.deepEqual(keyOf((await store.load({ principal, id }))!), { principal, id });
      }
      assert.equal((await listKeys(store)).length, COLLIDING_KEYS.length);
    });

    it('SessionStore treats a session that was never created as unknown', async ({ store }) => {
      await assertUnknown(store, { principal: 'alice', id: 'nothing' }, 'never created');
      assert.equal(await store.find('nothing'), undefined);
      assert.deepEqual(await listKeys(store), []);
    });

    it('SessionStore.end removes the session and its subscriptions on every instance', async ({
      store,
      peer = store,
    }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await store.subscribe(record, 'x:1');
      assert.equal(await peer.end(record), true);
      await assertUnknown(store, record, 'ended');
      assert.equal(await store.find('1'), undefined);
      assert.deepEqual(await listKeys(store), []);
    });

    it('SessionStore.end returns true to exactly one of several concurrent callers', async ({
      store,
      peer = store,
    }) => {
      const record = sessionRecord('1');
      await store.create(record);
      const ends = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? store : peer).end(record)));
      assert.equal(ends.filter(Boolean).length, 1);
    });

    it('SessionStore.end is final even if other methods run at the same time', async ({ store, peer = store }) => {
      for (let round = 0; round < 10; round++) {
        const record = sessionRecord(`${round}`);
        await store.create(record);
        await Promise.all([
          peer.load(record),
          peer.update(record, { initialized: true }),
          store.end(record),
          peer.subscribe(record, 'x:1'),
          peer.update(record, { logLevel: 'info' }),
          peer.load(record),
        ]);
        await assertUnknown(store, record, 'ended in a race');
      }
      assert.deepEqual(await listKeys(store), []);
    });

    it('SessionStore removes a session and its subscriptions after the idle TTL', async ({ store, advance }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await store.subscribe(record, 'x:1');
      await advance(TTL * 1.2);
      assert.deepEqual([await listKeys(store), await listKeys(store, { principal: 'alice' })], [[], []]);
      assert.equal(await store.find('1'), undefined);
      await assertUnknown(store, record, 'expired');
    });

    it('SessionStore.load restarts the idle TTL and no other method does', async ({ store, peer = store, advance }) => {
      const [used, idle] = [sessionRecord('used'), sessionRecord('idle')];
      await store.create(used);
      await store.create(idle);
      for (let i = 0; i < 4; i++) {
        await advance(TTL * 0.4);
        assert.ok(await peer.load(used), 'a session in use stays alive');
        await store.peek(idle);
        await store.update(idle, { initialized: true });
        await store.subscribe(idle, 'x:1');
        await store.subscriptions(idle);
        await store.find('idle');
        await listKeys(store);
      }
      await assertUnknown(store, idle, 'not loaded');
      assert.deepEqual(await listKeys(store), ['alice/used']);
    });

    it('SessionStore.update restarts the idle TTL of a session that becomes initialized', async ({
      store,
      peer = store,
      advance,
    }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await advance(TTL * 0.6);
      assert.equal(await peer.update(record, { initialized: true }), true);
      await advance(TTL * 0.6);
      assert.ok(await store.peek(record));
      assert.deepEqual(await listKeys(store), ['alice/1']);
    });

    it('SessionStore.subscribe and unsubscribe are idempotent', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      const uris = ['x:1', 'file:///a b/ü?q={v}', 'x:1'];
      for (const uri of uris) assert.equal(await peer.subscribe(record, uri), 'subscribed');
      assert.deepEqual((await store.subscriptions(record)).toSorted(), uris.slice(0, 2).toSorted());
      assert.equal(await store.unsubscribe(record, 'x:1'), true);
      assert.equal(await store.unsubscribe(record, 'x:1'), true);
      assert.equal(await store.unsubscribe(record, 'never'), true);
      assert.deepEqual(await peer.subscriptions(record), [uris[1]]);
    });

    it('SessionStore.subscribe enforces maxSubscriptions, even for concurrent calls', async ({
      store,
      peer = store,
    }) => {
      const record = sessionRecord('1');
      await store.create(record);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) => (i % 2 ? store : peer).subscribe(record, `x:${i}`)),
      );
      assert.equal(answers.filter((answer) => answer === 'subscribed').length, LIMITS.maxSubscriptions);
      assert.equal(answers.filter((answer) => answer === 'limit').length, 12 - LIMITS.maxSubscriptions);
      const subscribed = await store.subscriptions(record);
      assert.equal(subscribed.length, LIMITS.maxSubscriptions);
      assert.equal(await store.subscribe(record, subscribed[0]!), 'subscribed', 'an existing one counts only once');
      await store.unsubscribe(record, subscribed[0]!);
      assert.equal(await store.subscribe(record, 'x:new'), 'subscribed');
    });

    it('SessionStore.create rejects sessions beyond maxSessions until one ends or expires', async ({
      store,
      advance,
    }) => {
      const records = Array.from({ length: LIMITS.maxSessions }, (_, i) => ({
        ...sessionRecord(`${i}`),
        client: `client ${i % 10}`,
      }));
      await Promise.all(records.map((record) => store.create(record)));
      // Sessions in use do not give way; a store may end others to make room.
      for (const record of records) store.hold(record);
      await assert.rejects(store.create(sessionRecord('over')), { name: 'SessionLimitError', whose: 'total' });
      for (const record of records) store.release(record);
      assert.equal(await store.load(sessionRecord('over')), undefined);
      await store.end(records[0]!);
      await store.create(sessionRecord('instead'));
      await advance(TTL * 1.2);
      await store.create(sessionRecord('later'));
      assert.deepEqual(await listKeys(store), ['alice/later']);
    });

    it('SessionStore.find returns the key with the owner of a session id', async ({ store, peer = store }) => {
      await store.create(sessionRecord('1', 'alice'));
      await store.create(sessionRecord('2', 'bob'));
      assert.deepEqual({ ...(await peer.find('2')) }, { principal: 'bob', id: '2' });
    });

    it('SessionStore.sessions filters by principal, and count counts all of them', async ({ store, peer = store }) => {
      for (const [id, principal] of [
        ['1', 'alice'],
        ['2', 'alice'],
        ['3', 'bob'],
      ] as const) {
        await store.create(sessionRecord(id, principal));
      }
      assert.deepEqual(await listKeys(peer), ['alice/1', 'alice/2', 'bob/3']);
      assert.equal(await peer.count(), 3);
      assert.deepEqual(await listKeys(peer, { principal: 'alice' }), ['alice/1', 'alice/2']);
      assert.deepEqual(await listKeys(peer, { principal: 'mallory' }), []);
      await store.end(sessionRecord('3', 'bob'));
      assert.equal(await peer.count(), 2);
    });

    it('SessionStore.sessions yields each session once while sessions are loaded, created and ended', async ({
      store,
    }) => {
      const records = Array.from({ length: 20 }, (_, i) => sessionRecord(`${i}`));
      for (const record of records) await store.create(record);
      const seen: string[] = [];
      for await (const key of store.sessions()) {
        seen.push(key.id);
        await store.load(key);
        if (seen.length < 5) await store.create(sessionRecord(`new ${seen.length}`));
        await store.end(records[19]!);
        assert.ok(seen.length < 30, 'the iteration ends');
      }
      assert.equal(new Set(seen).size, seen.length);
      for (let i = 0; i < 19; i++) assert.ok(seen.includes(`${i}`), `session ${i} existed during the whole iteration`);
    });
  });
}

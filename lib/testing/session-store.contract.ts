import assert from 'node:assert/strict';
import type { SessionKey, SessionRecord } from '../session/session-record.js';
import { SessionLimitError, type SessionFilter, type SessionStore } from '../session/session-store.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

export interface SessionStoreLimits {
  readonly idleTtlMs: number;
  readonly maxSessions: number;
  readonly maxSubscriptions: number;
}

export interface SessionStoreSetup extends Disposable {
  readonly store: SessionStore;
  /** The same sessions as another instance has them; without one, `store` again. */
  readonly peer?: SessionStore;
  /** Lets time pass: sets an injected clock forward, or waits where the backend has a clock of its own. */
  readonly advance: (ms: number) => Promise<void>;
}

export interface SessionStoreContract {
  /** Makes an empty store. */
  readonly create: (limits: SessionStoreLimits) => Promise<SessionStoreSetup>;
}

const TTL = 1000;
const LIMITS: SessionStoreLimits = { idleTtlMs: TTL, maxSessions: 50, maxSubscriptions: 5 };

const sessionRecord = (id: string, principal = 'alice'): SessionRecord => ({
  principal,
  id,
  revision: '2025-06-18',
  clientInfo: { name: 'client', version: '1', title: 'Ünïcödé "client"' },
  clientCapabilities: { elicitation: {}, roots: { listChanged: true } },
  initialized: false,
});

const keyOf = ({ principal, id }: SessionKey): SessionKey => ({ principal, id });

const walk = async (store: SessionStore, filter?: SessionFilter): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { principal, id } of store.sessions(filter)) ids.push(`${principal}/${id}`);
  return ids.toSorted();
};

/** Asserts that every method treats the key as one that never was. */
const assertUnknown = async (store: SessionStore, key: SessionKey, message: string): Promise<void> => {
  assert.equal(await store.load(key), undefined, `${message}: load`);
  assert.equal(await store.peek(key), undefined, `${message}: peek`);
  assert.equal(await store.update(key, { initialized: true }), false, `${message}: update`);
  assert.equal(await store.subscribe(key, 'x:1'), 'unknown', `${message}: subscribe`);
  assert.equal(await store.unsubscribe(key, 'x:1'), false, `${message}: unsubscribe`);
  assert.deepEqual(await store.subscriptions(key), [], `${message}: subscriptions`);
  assert.equal(await store.end(key), false, `${message}: end`);
  assert.equal(await store.load(key), undefined, `${message}: nothing resurrected it`);
};

/** Every sentence of the contract in the docblock of `SessionStore`. */
export function sessionStoreContract(runner: Runner, { create }: SessionStoreContract): void {
  const it = withSetup(runner, create, LIMITS);

  runner.describe('SessionStore contract', () => {
    it('gives back what was created, on every instance', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      assert.deepEqual({ ...(await peer.load(record)) }, record);
      assert.deepEqual({ ...(await peer.peek(record)) }, record);
      const bare: SessionRecord = { ...record, id: '2', clientInfo: undefined, logLevel: 'warning', initialized: true };
      await peer.create(bare);
      const loaded = await store.load(bare);
      assert.equal(loaded?.clientInfo, undefined);
      assert.equal(loaded?.logLevel, 'warning');
      assert.equal(loaded?.initialized, true);
    });

    it('keeps a copy: altering the record or what load returned alters no session', async ({ store }) => {
      const capabilities: Record<string, unknown> = { sampling: {} };
      const record = { ...sessionRecord('1'), clientCapabilities: capabilities };
      await store.create(record);
      capabilities['evil'] = true;
      const loaded = (await store.load(record))!;
      try {
        (loaded.clientCapabilities as Record<string, unknown>)['evil'] = true;
      } catch {
        // Refusing is as good.
      }
      assert.deepEqual((await store.load(record))?.clientCapabilities, { sampling: {} });
    });

    it('updates only what the patch names', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      assert.equal(await peer.update(record, { logLevel: 'error' }), true);
      assert.equal(await store.update(record, { initialized: true }), true);
      assert.deepEqual({ ...(await peer.load(record)) }, { ...record, logLevel: 'error', initialized: true });
    });

    it('loses no update of two instances at the same time', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await Promise.all([store.update(record, { logLevel: 'error' }), peer.update(record, { initialized: true })]);
      const loaded = await store.load(record);
      assert.deepEqual([loaded?.logLevel, loaded?.initialized], ['error', true]);
    });

    it('treats the key of a foreign principal as unknown in every method, and leaves the session alone', async ({
      store,
    }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await store.subscribe(record, 'x:1');
      for (const principal of ['mallory', '', 'alic', 'alice ', 'Alice']) {
        await assertUnknown(store, { principal, id: '1' }, `principal ${JSON.stringify(principal)}`);
      }
      assert.deepEqual({ ...(await store.load(record)) }, record);
      assert.deepEqual(await store.subscriptions(record), ['x:1']);
    });

    it('does not confuse keys whose parts run together', async ({ store }) => {
      const pairs = [
        ['a', 'b:c'],
        ['a:b', 'c'],
        ['1', '1'],
        ['11', ''],
        ['{a}', 'b'],
        ['a}', '{b'],
      ] as const;
      for (const [principal, id] of pairs) await store.create(sessionRecord(id, principal));
      for (const [principal, id] of pairs) {
        assert.deepEqual(keyOf((await store.load({ principal, id }))!), { principal, id });
      }
      assert.equal((await walk(store)).length, pairs.length);
    });

    it('treats a session that never was as unknown', async ({ store }) => {
      await assertUnknown(store, { principal: 'alice', id: 'nothing' }, 'never created');
      assert.equal(await store.find('nothing'), undefined);
      assert.deepEqual(await walk(store), []);
    });

    it('ends a session with its subscriptions, on every instance and for good', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await store.subscribe(record, 'x:1');
      assert.equal(await peer.end(record), true);
      await assertUnknown(store, record, 'ended');
      assert.equal(await store.find('1'), undefined);
      assert.deepEqual([await walk(store), await walk(store, { uri: 'x:1' })], [[], []]);
    });

    it('ends once, however many end it at the same time', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      const ends = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? store : peer).end(record)));
      assert.equal(ends.filter(Boolean).length, 1);
    });

    it('is not resurrected by what runs at the same time as its end', async ({ store, peer = store }) => {
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
      assert.deepEqual([await walk(store), await walk(store, { uri: 'x:1' })], [[], []]);
    });

    it('expires after the idle TTL with everything it owns', async ({ store, advance }) => {
      const record = sessionRecord('1');
      await store.create(record);
      await store.subscribe(record, 'x:1');
      await advance(TTL * 1.2);
      assert.deepEqual(
        [await walk(store), await walk(store, { principal: 'alice' }), await walk(store, { uri: 'x:1' })],
        [[], [], []],
      );
      assert.equal(await store.find('1'), undefined);
      await assertUnknown(store, record, 'expired');
    });

    it('slides the TTL with load and with nothing else', async ({ store, peer = store, advance }) => {
      const [used, idle] = [sessionRecord('used'), sessionRecord('idle')];
      await store.create(used);
      await store.create(idle);
      for (let i = 0; i < 4; i++) {
        await advance(TTL * 0.4);
        assert.ok(await peer.load(used), 'a session in use lives on');
        await store.peek(idle);
        await store.update(idle, { initialized: true });
        await store.subscribe(idle, 'x:1');
        await store.subscriptions(idle);
        await store.find('idle');
        await walk(store);
      }
      await assertUnknown(store, idle, 'not loaded');
      assert.deepEqual(await walk(store), ['alice/used']);
    });

    it('subscribes and unsubscribes, twice as well as once', async ({ store, peer = store }) => {
      const record = sessionRecord('1');
      await store.create(record);
      const uris = ['x:1', 'file:///a b/ü?q={v}', 'x:1'];
      for (const uri of uris) assert.equal(await peer.subscribe(record, uri), 'subscribed');
      assert.deepEqual((await store.subscriptions(record)).toSorted(), uris.slice(0, 2).toSorted());
      assert.equal(await store.unsubscribe(record, 'x:1'), true);
      assert.equal(await store.unsubscribe(record, 'x:1'), true);
      assert.equal(await store.unsubscribe(record, 'never'), true);
      assert.deepEqual(await peer.subscriptions(record), [uris[1]]);
      assert.deepEqual(await walk(store, { uri: 'x:1' }), []);
    });

    it('bounds the subscriptions of a session, also when they come at the same time', async ({
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
      const held = await store.subscriptions(record);
      assert.equal(held.length, LIMITS.maxSubscriptions);
      assert.equal(await store.subscribe(record, held[0]!), 'subscribed', 'one it has already is no new one');
      await store.unsubscribe(record, held[0]!);
      assert.equal(await store.subscribe(record, 'x:new'), 'subscribed');
    });

    it('bounds the sessions, and has room again when one ends or expires', async ({ store, advance }) => {
      const records = Array.from({ length: LIMITS.maxSessions }, (_, i) => sessionRecord(`${i}`));
      const releases: (() => void)[] = [];
      for (const record of records) {
        await store.create(record);
        // Sessions in use do not give way; a store may end others to make room.
        releases.push(store.hold(record));
      }
      await assert.rejects(store.create(sessionRecord('over')), SessionLimitError);
      for (const release of releases) release();
      assert.equal(await store.load(sessionRecord('over')), undefined);
      await store.end(records[0]!);
      await store.create(sessionRecord('instead'));
      await advance(TTL * 1.2);
      await store.create(sessionRecord('later'));
      assert.deepEqual(await walk(store), ['alice/later']);
    });

    it('finds the owner of a session id', async ({ store, peer = store }) => {
      await store.create(sessionRecord('1', 'alice'));
      await store.create(sessionRecord('2', 'bob'));
      assert.deepEqual({ ...(await peer.find('2')) }, { principal: 'bob', id: '2' });
    });

    it('walks all, by principal, by URI and by both', async ({ store, peer = store }) => {
      for (const [id, principal, uri] of [
        ['1', 'alice', 'x:1'],
        ['2', 'alice', 'x:2'],
        ['3', 'bob', 'x:1'],
      ] as const) {
        await store.create(sessionRecord(id, principal));
        await store.subscribe({ id, principal }, uri);
      }
      assert.deepEqual(await walk(peer), ['alice/1', 'alice/2', 'bob/3']);
      assert.deepEqual(await walk(peer, { principal: 'alice' }), ['alice/1', 'alice/2']);
      assert.deepEqual(await walk(peer, { uri: 'x:1' }), ['alice/1', 'bob/3']);
      assert.deepEqual(await walk(peer, { uri: 'x:1', principal: 'bob' }), ['bob/3']);
      assert.deepEqual(await walk(peer, { uri: 'x:9' }), []);
      assert.deepEqual(await walk(peer, { principal: 'mallory' }), []);
    });

    it('walks each session once while sessions are loaded, created and ended', async ({ store }) => {
      const records = Array.from({ length: 20 }, (_, i) => sessionRecord(`${i}`));
      for (const record of records) await store.create(record);
      const seen: string[] = [];
      for await (const key of store.sessions()) {
        seen.push(key.id);
        await store.load(key);
        if (seen.length < 5) await store.create(sessionRecord(`new ${seen.length}`));
        await store.end(records[19]!);
        assert.ok(seen.length < 30, 'the walk ends');
      }
      assert.equal(new Set(seen).size, seen.length);
      for (let i = 0; i < 19; i++) assert.ok(seen.includes(`${i}`), `session ${i} was live all the time`);
    });
  });
}

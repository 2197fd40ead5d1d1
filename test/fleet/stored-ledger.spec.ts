import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisTaskStore } from '../../lib/redis/task/redis-task-store.js';
import type { SessionKey, SessionRecord } from '../../lib/session/session-record.js';
import { sessionRecord } from '../../lib/testing/contracts/session-records.js';
import { TASK_LEASE, taskSpec } from '../../lib/testing/contracts/task-store.fixture.js';
import { fsckReport } from '../fixtures/fleet/fsck.js';
import { type FleetMember, fleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

/** What one session, stream or task costs in the account beside its texts, at most twice: see docs/redis.md. */
const OVERHEAD = 1024;

let redis: RedisServer;
let members: FleetMember[];

beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());
beforeEach(async () => {
  const limits = {
    redis: redis.url,
    namespace: newNamespace(),
    maxHistory: 200,
    totalBytes: 300_000,
    shareBytes: 100_000,
  };
  members = await Promise.all([fleetMember(limits), fleetMember(limits)]);
});
afterEach(async () => {
  await Promise.all(members.map((member) => member.close()));
  await redis.admin.flushall();
});

const own = (id: string, size = 0, client = 'address 1'): SessionRecord => ({
  ...sessionRecord(id, 'anon'),
  client,
  clientInfo: { name: 'x'.repeat(size), version: '1' },
});

const tasksOf = ({ commands, keys, stored }: FleetMember): RedisTaskStore =>
  new RedisTaskStore({ commands, keys, stored, maxTasks: 100 });

/** Bytes of the account, once every instance has reported, and those that are in Redis. */
async function accounted(): Promise<{ readonly account: number; readonly found: number }> {
  for (const { stored } of members) await stored.settle();
  const { problems, stored } = await fsckReport(redis.admin, members[0]!.keys.namespace);
  expect(problems).toEqual([]);
  return Object.values(stored)[0] ?? { account: 0, found: 0 };
}

describe('the account of what a fleet stores', () => {
  it('refuses a session beyond the share of its client on every instance, and admits it when another one has ended', async () => {
    const [one, other] = members as [FleetMember, FleetMember];
    for (const id of ['1', '2', '3']) await one.store.create(own(id, 30_000));
    await one.stored.settle();
    await expect(other.store.create(own('4', 30_000))).rejects.toMatchObject({
      name: 'StorageLimitError',
      whose: 'share',
      status: 429,
    });
    await other.store.create(own('of another', 30_000, 'address 2'));
    await one.store.end(own('1'));
    await one.stored.settle();
    await expect.poll(() => other.store.create(own('4', 30_000)).then(() => 'created', String)).toBe('created');
  });

  it('refuses with 503 what has no room for all clients together', async () => {
    for (const client of ['1', '2', '3', '4']) {
      for (const n of [1, 2]) await members[n - 1]!.store.create(own(`${client}/${n}`, 36_000, client));
    }
    for (const { stored } of members) await stored.settle();
    const refused = members[0]!.store.create(own('one more', 36_000, '5'));
    await expect(refused).rejects.toMatchObject({ name: 'StorageLimitError', whose: 'total', status: 503 });
  });

  it('refuses a task beyond the share, and lets one that exists end', async () => {
    const tasks = tasksOf(members[0]!);
    const big = (id: string) => ({ ...taskSpec(id), arguments: { text: 'x'.repeat(60_000) } });
    const { principal, id } = await tasks.create(big('1'), TASK_LEASE);
    await expect(tasks.create(big('2'), TASK_LEASE)).rejects.toMatchObject({
      name: 'StorageLimitError',
      whose: 'share',
    });
    await tasks.move({ principal, id }, ['working'], 'completed', { result: { content: [] } });
    await members[0]!.stored.settle();
    // Nothing runs it again: its arguments are gone.
    await tasks.create(big('2'), TASK_LEASE);
  });

  it('forgets finished streams of a client before it refuses a session', async () => {
    const [one] = members as [FleetMember];
    await one.store.create(own('1'));
    for (const stream of ['r1', 'r2']) await one.log.append(own('1'), stream, 'x'.repeat(24_000), { final: true });
    await one.stored.settle();
    await one.store.create(own('2', 30_000));
    expect(await one.log.read(own('1'), 'r1', '0-0', 10)).toMatchObject({ known: false });
    expect((await accounted()).account).toBeLessThan(40_000);
  });

  it('keeps a short history, and begins no stream, for a client beyond its share', async () => {
    const [one] = members as [FleetMember];
    await one.store.create(own('1', 90_000));
    await one.log.append(own('1'), 'g', 'x'.repeat(15_000));
    await one.stored.settle();
    for (let i = 0; i < 10; i++) await one.log.append(own('1'), 'g', 'y'.repeat(8000));
    await expect(one.log.assignRequests(own('1'), 'r1', [1])).rejects.toMatchObject({ name: 'StorageLimitError' });
    const { entries } = await one.log.read(own('1'), 'g', '0-0', 100);
    expect(entries.length).toBeLessThanOrEqual(3);
  });

  it('shows every instance the figures of the fleet', async () => {
    const [one, other] = members as [FleetMember, FleetMember];
    await one.store.create(own('1', 30_000));
    await one.stored.settle();
    await expect.poll(() => other.stored.held, { timeout: 3000 }).toBeGreaterThan(30_000);
    expect(other.stored.largestShare).toBe(other.stored.held);
  });

  it('forgets an amount when what it counts has expired, also if nobody said so', async () => {
    const [one] = members as [FleetMember];
    one.stored.note('lost', { client: 'address 1', bytes: 50_000, at: 0, ttlMs: 300 });
    await one.stored.settle();
    await expect.poll(() => one.stored.held, { timeout: 5000 }).toBe(0);
  });

  it('counts the response that a stream keeps, and none that comes after it', async () => {
    const [one, other] = members as [FleetMember, FleetMember];
    await one.store.create(own('1'));
    await one.log.append(own('1'), 'r1', 'x'.repeat(20_000), { final: true });
    const { account } = await accounted();
    expect(await other.log.append(own('1'), 'r1', 'too late', { final: true })).toEqual({ kind: 'done' });
    expect((await accounted()).account).toBe(account);
  });

  it('is at most one KiB per session, stream and task, and 8 KiB per large log, away from what is stored, after any operations', async () => {
    const operation = fc.record({
      what: fc.constantFrom('create', 'append', 'append', 'append', 'final', 'end', 'subscribe', 'task', 'finish'),
      instance: fc.integer({ min: 0, max: 1 }),
      id: fc.integer({ min: 1, max: 3 }),
      stream: fc.constantFrom('g', 'r1', 'r2'),
      size: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 400, max: 9000 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 40 }), async (operations) => {
        await redis.admin.flushall();
        for (const step of operations) await perform(step);
        const { account, found } = await accounted();
        const things = 3 + 3 * 3 + 40;
        expect(account).toBeGreaterThanOrEqual(found);
        expect(account).toBeLessThanOrEqual(found + things * 2 * OVERHEAD + 9 * 8 * OVERHEAD);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});

let tasks = 0;
/** How often each session was ended: ids of sessions are random, so none is used twice. */
const lives = new Map<number, number>();

async function perform(step: {
  readonly what: string;
  readonly instance: number;
  readonly id: number;
  readonly stream: string;
  readonly size: number;
}): Promise<void> {
  const member = members[step.instance]!;
  const life = lives.get(step.id) ?? 0;
  const session: SessionKey = { principal: 'anon', id: `${step.id}/${life}` };
  const text = 'x'.repeat(step.size);
  const ignoreLimit = (error: unknown): void => {
    if (!(error instanceof Error && /Limit|exists/.test(`${error.name} ${error.message}`))) throw error;
  };
  if (step.what === 'create' && !(await member.store.load(session)))
    await member.store.create(own(session.id, step.size)).catch(ignoreLimit);
  if (step.what === 'append') await member.log.append(session, step.stream, text);
  if (step.what === 'final' && step.stream !== 'g')
    await member.log.append(session, step.stream, text, { final: true });
  if (step.what === 'end') {
    await member.store.end(session);
    lives.set(step.id, life + 1);
  }
  if (step.what === 'subscribe') await member.store.subscribe(session, `uri:${text.slice(0, 300)}`);
  if (step.what !== 'task' && step.what !== 'finish') return;
  const spec = { ...taskSpec(`t${tasks++}`), arguments: { text } };
  const created = await tasksOf(member).create(spec, TASK_LEASE).catch(ignoreLimit);
  if (!created || step.what === 'task') return;
  await tasksOf(member).move(created, ['working'], 'completed', { result: { content: [text.slice(0, 2000)] } });
}

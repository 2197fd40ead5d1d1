import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisTaskStore } from '../../lib/redis/task/redis-task-store.js';
import type { SessionKey } from '../../lib/session/session-record.js';
import { ALL_SESSIONS, STANDALONE_STREAM } from '../../lib/stream/event-log.js';
import { TASK_LEASE, taskSpec } from '../../lib/testing/contracts/task-store.fixture.js';
import { fsck } from '../fixtures/fleet/fsck.js';
import { type FleetMember, fleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const G = STANDALONE_STREAM;
const SESSION: SessionKey = { principal: 'alice:ü', id: 'one' };
const URI = 'wire://fixed';

let redis: RedisServer;
let member: FleetMember;

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis.dispose();
});
/** A namespace with keys of every kind, written by the library itself. */
beforeEach(async () => {
  member = await fleetMember({ redis: redis.url, namespace: newNamespace() });
  const { store, log, commands, keys } = member;
  for (const key of [SESSION, { ...SESSION, id: 'two' }]) {
    await store.create({ ...key, revision: '2025-11-25', clientCapabilities: {}, initialized: true });
    await store.subscribe(key, URI);
    for (const text of ['"é"', '2', '3', '4']) await log.append(key, G, text);
    await log.append(key, 'r1', 'said');
    await log.append(key, 'r1', 'answered', { final: true });
  }
  for (const text of ['1', '2']) await log.append(ALL_SESSIONS, G, text);
  const tasks = new RedisTaskStore({ commands, keys, maxTasks: 10 });
  await tasks.create(taskSpec('task'), TASK_LEASE);
});
afterEach(async () => {
  await member.close();
  await redis.admin.flushall();
});

interface Names {
  readonly session: string;
  readonly g: string;
  readonly r1: string;
  readonly result: string;
  readonly ids: readonly string[];
}

async function names(): Promise<Names> {
  const { keys } = member;
  const g = `${keys.logs(SESSION)}${G}`;
  const ids = (await redis.admin.xrange(g, '-', '+')).map(([id]) => id);
  const [logs, results] = [keys.logs(SESSION), keys.results(SESSION)];
  return { session: keys.session(SESSION), g, r1: `${logs}r1`, result: `${results}r1`, ids };
}

/** Writes one field of a head: `last fence held done touched total first age`. */
async function patchHead(session: string, stream: string, at: number, value: string): Promise<void> {
  const head = (await redis.admin.hget(session, `h:${stream}`))!.split(' ');
  head[at] = value;
  await redis.admin.hset(session, `h:${stream}`, head.join(' '));
}

/** Rewrites the entries of a log with changed fields. */
async function rewrite(log: string, change: (fields: string[], i: number) => string[]): Promise<void> {
  const entries = await redis.admin.xrange(log, '-', '+');
  const step = redis.admin.multi().del(log);
  for (const [i, [id, fields]] of entries.entries()) step.xadd(log, id, ...change([...fields], i));
  await step.pexpire(log, 60_000).exec();
}

const replaced = (fields: string[], at: number, value: string): string[] => fields.with(at, value);

const all = () => member.keys.allSessions;
const memberText = `${SESSION.principal.length}:${SESSION.principal}${SESSION.id}`;

const DAMAGES: [kind: string, damage: (names: Names) => Promise<unknown>][] = [
  ['no TTL', ({ g }) => redis.admin.persist(g)],
  ['a list that should be a stream', ({ g }) => redis.admin.multi().del(g).lpush(g, 'x').pexpire(g, 60_000).exec()],
  ['a broken link', ({ g, ids }) => redis.admin.xdel(g, ids[1]!)],
  ['a wrong count of bytes', ({ g }) => rewrite(g, (fields, i) => (i === 1 ? replaced(fields, 7, '1') : fields))],
  ['an unreadable entry', ({ g }) => rewrite(g, (fields, i) => (i === 1 ? replaced(fields, 3, '9') : fields))],
  ['a head that is not the newest entry', ({ g, ids }) => redis.admin.xdel(g, ids[3]!)],
  ['a head with a wrong count of bytes', ({ session }) => patchHead(session, G, 5, '1')],
  ['a head and a newest entry that disagree on being final', ({ session }) => patchHead(session, G, 3, '1')],
  ['an unreadable head', ({ session }) => patchHead(session, G, 0, 'x')],
  ['a log without a head', ({ session }) => redis.admin.hdel(session, `h:${G}`)],
  ['a session without a record', ({ session }) => redis.admin.hdel(session, 'r')],
  ['a wrong count of streams', ({ session }) => redis.admin.hset(session, 'n', '7')],
  ['a result of a stream that is not finished', ({ session, r1 }) => resultAlone(session, r1)],
  [
    'a result that is not the final message of its stream',
    ({ result }) => redis.admin.set(result, '1-0 0-0 x', 'PX', 60_000),
  ],
  [
    'a key that has outlived its session',
    ({ session, g }) => redis.admin.multi().del(session).pexpire(g, 7_200_000).exec(),
  ],
  ['not on ', () => redis.admin.zrem(all(), memberText)],
  ['not on ', () => redis.admin.zrem(member.keys.sessionsOf(SESSION.principal), memberText)],
  ['a session that cannot be found by its id', () => redis.admin.del(member.keys.owner(SESSION.id))],
  ['an unreadable member', () => redis.admin.zadd(all(), 9e15, 'nonsense')],
  ['a task that is not counted', () => redis.admin.zremrangebyrank(member.keys.allTasks, 0, -1)],
  ['a task that is not on ', () => redis.admin.zadd(member.keys.tasksOf('alice')[1], 9e15, 'unlisted')],
];

const resultAlone = async (session: string, r1: string): Promise<void> => {
  await redis.admin.del(r1);
  await patchHead(session, 'r1', 3, '0');
};

async function command(url: string, prefix: string): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['scripts/fsck.mjs', '--redis', url, '--prefix', prefix]);
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

describe('P10 fsck of a namespace', () => {
  it('P10 fsck finds no problem in the keys of a fleet, even after sessions ended and histories expired', async () => {
    expect(await fsck(redis.admin, member.keys.namespace)).toEqual([]);
    await redis.admin.del((await names()).g);
    await member.store.end({ ...SESSION, id: 'two' });
    expect(await fsck(redis.admin, member.keys.namespace)).toEqual([]);
  });

  it.each(DAMAGES)('fsck finds %s', async (kind, damage) => {
    await damage(await names());
    const problems = await fsck(redis.admin, member.keys.namespace);
    expect(problems).not.toEqual([]);
    expect(problems.filter((problem) => !problem.startsWith(kind))).toEqual([]);
  });

  it('fsck does not report a key that changes while it runs', async () => {
    const { namespace } = member.keys;
    let going = true;
    const writing = (async () => {
      for (let i = 0; going; i++) {
        const key = { ...SESSION, id: `s${i}` };
        await member.store.end({ ...SESSION, id: `s${i - 3}` });
        await member.store.create({ ...key, revision: '2025-11-25', clientCapabilities: {}, initialized: true });
        await member.store.subscribe(key, URI);
        await Promise.all([1, 2, 3].map((n) => member.log.append(key, G, `${n}`)));
        await member.log.append(SESSION, G, `${i}`);
      }
    })();
    for (let i = 0; i < 5; i++) expect(await fsck(redis.admin, namespace)).toEqual([]);
    going = false;
    await writing;
  });

  it('the fsck command prints its findings, exits with the matching code and needs only read rights', async () => {
    await redis.admin.acl(
      'SETUSER',
      'looker',
      'on',
      '>secret',
      '~*',
      'resetchannels',
      '-@all',
      '+@read',
      '+@connection',
    );
    await redis.admin.acl('SETUSER', 'looker', '+multi', '+exec', '+info');
    const url = redis.url.replace('//', '//looker:secret@');
    const clean = await command(url, member.keys.namespace);
    expect(clean).toEqual({ code: 0, output: expect.stringContaining('0 problems; keys: ') });
    expect(clean.output).toMatch(/\b2 session\b/);
    await redis.admin.persist((await names()).g);
    const damaged = await command(url, member.keys.namespace);
    expect(damaged).toEqual({ code: 1, output: expect.stringMatching(/^no TTL: .*\n1 problems; keys: /) });
    const absent = await command('redis://127.0.0.1:9', 'mcp');
    expect(absent).toEqual({ code: 1, output: expect.stringContaining('Redis cannot be read') });
  });
});

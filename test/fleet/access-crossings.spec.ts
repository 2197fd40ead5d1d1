import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessApp, type AccessApp } from '../fixtures/applications/access-app.js';
import { EraClient, ERAS } from '../fixtures/clients/era-client.js';
import { CLIENT_CAPABILITIES } from '../fixtures/clients/mcp-requests.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { figure } from '../fixtures/measurements/figures.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { granted, type Grant } from '../fixtures/security/granted-principals.js';

const ALICE: Grant = { subject: 'alice', scopes: ['files:write', 'docs', 'jobs'], roles: ['admin'] };
const BOB: Grant = { subject: 'bob', scopes: ['files:read'], roles: ['writer'] };

/** What each of the two may not use, and an unknown name of the same kind. */
interface Hidden {
  readonly tools: readonly string[];
  readonly uris: readonly string[];
  readonly prompts: readonly string[];
}

const HIDDEN_FROM_ALICE: Hidden = { tools: ['purge'], uris: ['folder://blue/a'], prompts: ['draft'] };
const HIDDEN_FROM_BOB: Hidden = {
  tools: ['write', 'restart', 'job'],
  uris: ['doc://scoped', 'folder://red/a'],
  prompts: [],
};

interface Attempt {
  readonly method: string;
  /** What is replaced by an unknown name to compare. */
  readonly name: string;
  readonly unknown: string;
  readonly params: (name: string) => Record<string, unknown>;
}

/** Every verb for everything that is hidden. */
function attempts({ tools, uris, prompts }: Hidden): Attempt[] {
  const unknownUri = 'nothing://here';
  return [
    ...tools.flatMap((name): Attempt[] =>
      [{}, { task: {} }].map((more) => ({
        ...{ method: 'tools/call', name, unknown: 'nothing' },
        params: (tool) => ({ name: tool, arguments: { key: 'x', folder: 'red' }, ...more }),
      })),
    ),
    ...prompts.flatMap((name): Attempt[] => [
      { method: 'prompts/get', name, unknown: 'nothing', params: (of) => ({ name: of, arguments: { topic: 'x' } }) },
      {
        ...{ method: 'completion/complete', name, unknown: 'nothing' },
        params: (of) => ({ ref: { type: 'ref/prompt', name: of }, argument: { name: 'topic', value: '' } }),
      },
    ]),
    ...uris.flatMap((name): Attempt[] =>
      ['resources/read', 'resources/subscribe'].map((method) => ({
        ...{ method, name, unknown: unknownUri },
        params: (uri) => ({ uri }),
      })),
    ),
  ];
}

let redis: RedisServer;
let apps: Record<'A' | 'B', AccessApp>;
beforeAll(async () => {
  redis = await RedisServer.start();
  const options = { redis: redis.url, redisPrefix: newNamespace() };
  const [A, B] = await Promise.all([accessApp(options), accessApp(options, { adapter: 'express' })]);
  apps = { A, B };
});
afterAll(async () => {
  await Promise.all(Object.values(apps).map(({ close }) => close()));
  await redis.dispose();
});

describe.each(ERAS)('what is hidden from one of two users, in the %s era on two instances', (era) => {
  it('is answered like an unknown name by every verb, and is in no list', async () => {
    const crossings: string[] = [];
    let count = 0;
    for (const [grant, hidden] of [
      [ALICE, HIDDEN_FROM_ALICE],
      [BOB, HIDDEN_FROM_BOB],
    ] as const) {
      for (const [instance, { port }] of Object.entries(apps)) {
        const client = await EraClient.open(era, port, { headers: granted(grant) });
        for (const { method, name, unknown, params } of attempts(hidden)) {
          const [real, other] = [
            await client.call(method, params(name), { id: 'same' }),
            await client.call(method, params(unknown), { id: 'same' }),
          ];
          count++;
          const same = real.status === other.status && real.body.replaceAll(name, unknown) === other.body;
          if (!same || !real.error) crossings.push(`${grant.subject} at ${instance}: ${method} ${name}: ${real.body}`);
        }
        for (const list of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
          const { body } = await client.call(list);
          for (const name of [...hidden.tools, ...hidden.prompts, ...hidden.uris]) {
            count++;
            if (body.includes(`"${name}"`)) crossings.push(`${grant.subject} at ${instance}: ${list} shows ${name}`);
          }
        }
      }
    }
    figure('ACCESS', `attempts on what is hidden, ${era}`, count);
    figure('ACCESS', `crossings, ${era}`, crossings.length);
    expect(crossings).toEqual([]);
    expect(count).toBeGreaterThan(40);
  });

  it('control: the other one uses it on both instances', async () => {
    for (const { port } of Object.values(apps)) {
      const alice = await EraClient.open(era, port, { headers: granted(ALICE) });
      const bob = await EraClient.open(era, port, { headers: granted(BOB) });
      const answers = await Promise.all([
        alice.tool('write'),
        alice.tool('restart'),
        alice.call('resources/read', { uri: 'doc://scoped' }),
        alice.call('resources/read', { uri: 'folder://red/a' }),
        bob.call('resources/read', { uri: 'folder://blue/a' }),
        bob.call('prompts/get', { name: 'draft', arguments: { topic: 'x' } }),
      ]);
      for (const { error } of answers) expect(error).toBeUndefined();
    }
  });
});

it('a task that was started on one instance is unknown on the other once its tool is lost', async () => {
  const meta = { [CLIENT_CAPABILITIES]: { extensions: { 'io.modelcontextprotocol/tasks': {} } } };
  const here = await EraClient.open('modern', apps.A.port, { headers: granted(ALICE) });
  const taskId = (await here.tool('job', { key: 'crossing' }, { meta })).result!.taskId as string;
  const there = (grant: Grant) => EraClient.open('modern', apps.B.port, { headers: granted(grant) });
  const get = async (grant: Grant) => (await there(grant)).call('tasks/get', { taskId }, { meta });
  expect((await get(ALICE)).result?.status).toBe('working');
  expect((await get({ ...ALICE, scopes: ['docs'] })).error?.message).toBe('Unknown task');
  expect((await get(BOB)).error?.message).toBe('Unknown task');
  apps.A.gate.release('crossing');
});

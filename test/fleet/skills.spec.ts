import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skillsApp, type SkillsApp } from '../fixtures/applications/skills-app.js';
import { EraClient } from '../fixtures/clients/era-client.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import type { JsonRpc } from '../fixtures/clients/sse-client.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const HANDBOOK = 'skill://team/handbook/SKILL.md';
const updated = ({ method, params }: JsonRpc) =>
  method === 'notifications/resources/updated' && params?.['uri'] === HANDBOOK;

let redis: RedisServer;
let a: SkillsApp;
let b: SkillsApp;
beforeAll(async () => {
  redis = await RedisServer.start();
  const mcp = { redis: redis.url, redisPrefix: newNamespace() };
  [a, b] = await Promise.all([
    skillsApp(mcp, { forceCloseConnections: true }),
    skillsApp(mcp, { adapter: 'express', forceCloseConnections: true }),
  ]);
});
afterAll(async () => {
  await Promise.all([a.close(), b.close()]);
  await redis.dispose();
});

describe('the skills of a fleet', () => {
  it('a change that one instance is told of is read by the other, and clients of both eras hear of each', async () => {
    const modern = await EraClient.open('modern', b.port);
    const listening = await modern.listen([HANDBOOK]);
    const session = await LegacySession.open(a.port);
    await session.request('resources/subscribe', { uri: HANDBOOK });
    const stream = await session.at(b.port).get();
    await stream.frame(({ id }) => id !== undefined);

    // Both read from one place, as from a database.
    for (const { handbook } of [a, b]) handbook.text = '# Handbook, second edition\n';
    await a.mcp.reloadSkills();

    for (const client of [listening, stream]) {
      // The second one follows the change of the other instance, so that whoever reads again then gets what is new.
      await client.firstMessages(2, updated);
      await client.message(({ method }) => method === 'notifications/resources/list_changed');
    }
    for (const { port } of [a, b]) {
      const client = await EraClient.open('modern', port);
      const { result } = await client.call('resources/read', { uri: HANDBOOK });
      expect(result!['contents'][0].text).toContain('second edition');
    }
    const manifests = await Promise.all(
      [a, b].map(async ({ port }) => (await EraClient.open('modern', port)).call('skills/get', { uri: HANDBOOK })),
    );
    expect(manifests[0]!.result!['skill']).toEqual(manifests[1]!.result!['skill']);
    await Promise.all([listening.close(), stream.close()]);
  });

  it('an instance whose broker was interrupted reads its skills again', async () => {
    for (const { handbook } of [a, b]) handbook.text = '# Handbook, third edition\n';
    const client = await EraClient.open('modern', b.port);
    const listening = await client.listen([HANDBOOK]);
    await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await listening.message(updated, 15_000);
    const { result } = await client.call('resources/read', { uri: HANDBOOK });
    expect(result!['contents'][0].text).toContain('third edition');
    await listening.close();
  });
});

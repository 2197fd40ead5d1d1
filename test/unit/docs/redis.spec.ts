import 'reflect-metadata';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, EventPattern, Payload, Transport } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeStreamSignals } from 'nestjs-mcp-fleet';
import { fleetApp } from '../../fixtures/applications/fleet-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { CLIENT_CAPABILITIES, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { type JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { codeOf, DOCUMENTS, read, ROOT, rowsOf } from './documents.js';

const document = read('docs/redis.md');
const rule = /^ACL (SETUSER mcp [\s\S]*?)^```/m.exec(document)![1]!.trim().split(/\s+/);
const PASSWORD = rule.find((word) => word.startsWith('>'))!.slice(1);
const BROADCASTS = /@EventPattern\('([^']+)'\)/.exec(document)![1]!;
const CHANNEL = /`client\.emit\('([^']+)'/.exec(document)![1]!;
const of = (method: string) => (message: JsonRpc) => message.method === method;

let redis: RedisServer;
let admin: Redis;
beforeAll(async () => {
  redis = await RedisServer.start();
  admin = new Redis(redis.url);
  await admin.call('ACL', ...rule);
});
afterAll(async () => {
  admin.disconnect();
  await redis.dispose();
});

/** One of everything that two instances do together. Ends with a question that waits. */
async function busyFleet(options: Parameters<typeof fleetApp>[0]) {
  const [a, b] = await Promise.all([fleetApp(options), fleetApp(options)]);
  const over = await LegacySession.open(a.port);
  await over.request('resources/subscribe', { uri: 'wire://fixed' });
  await over.request('resources/unsubscribe', { uri: 'wire://fixed' });
  expect((await over.at(b.port).end()).status).toBe(204);

  const session = await LegacySession.open(a.port, { capabilities: { elicitation: {} } });
  await session.request('logging/setLevel', { level: 'debug' });
  await session.request('resources/subscribe', { uri: 'wire://fixed' });
  const stream = await session.at(b.port).get();
  await stream.frame(({ id }) => id !== undefined);
  await b.mcp.resourceUpdated('wire://fixed');
  await stream.message(of('notifications/resources/updated'));
  await stream.close();
  const said = await session.stream('speak', { count: 3 }, 'said');
  await said.end();
  await (await session.at(b.port).get(said.lastEventId)).end();

  const rounds = { capabilities: { elicitation: { form: {} } } };
  const meta = { [CLIENT_CAPABILITIES]: rounds.capabilities };
  const book = { name: 'book', arguments: { city: 'Oslo' } };
  const ask = async (port: number, more = {}) =>
    (JSON.parse((await send(port, modern('tools/call', { ...book, ...more }, { meta }))).body) as JsonRpc)
      .result as Record<string, any>;
  const { requestState, inputRequests } = await ask(a.port);
  const inputResponses = { [Object.keys(inputRequests)[0]!]: { action: 'accept', content: { region: 'north' } } };
  expect(await ask(b.port, { requestState, inputResponses })).toMatchObject({ resultType: 'input_required' });

  const asking = await session.stream('book', { city: 'Oslo' }, 'asking');
  const answered = await asking.message(of('elicitation/create'));
  return {
    ...{ a, session, asking },
    answer: (result: unknown) => session.at(b.port).post({ jsonrpc: '2.0', id: answered.id, result }),
    close: () => Promise.all([a.close(), b.close()]),
  };
}

describe('docs/redis.md', () => {
  it('gives a user of an ACL every command that is used, and hardly more', () => {
    const folder = 'lib/redis';
    const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(ts|lua)$/.test(name),
    );
    const used = files.flatMap((name) =>
      [...read(`${folder}/${name}`).matchAll(/(?:redis\.call|\.send(?:<[^(]*>)?)\('(\w+)'/g)].map(
        ([, command]) => `+${command!.toLowerCase()}`,
      ),
    );
    const ofConnections = ['+@connection', '+info', '+eval', '+evalsha', '+publish', '+subscribe', '+unsubscribe'];
    const given = rule.filter((word) => word.startsWith('+'));
    expect(given.toSorted()).toEqual([...new Set([...used, ...ofConnections])].sort());
  });

  it('gives it enough for a fleet, and names every key and channel', async () => {
    const fleet = await busyFleet({
      redis: { port: redis.port, username: 'mcp', password: PASSWORD },
      ...{ streamAfterMs: 100, requestState: { singleUse: true } },
    });
    const shapes = rowsOf(document).flatMap(([names, type]) =>
      [...names!.matchAll(/`(N:[^`]+)`/g)].map(([, name]) => ({ shape: shapeOf(name!), type: type! })),
    );
    for (const key of await admin.keys('*')) {
      const type = (await admin.type(key)) === 'zset' ? 'sorted set' : await admin.type(key);
      expect(
        shapes.filter((one) => one.shape.test(key) && one.type === type),
        `${type} ${key}`,
      ).toHaveLength(1);
    }
    const text = document.slice(document.indexOf('Channels:'), document.indexOf('\n\n', document.indexOf('Channels:')));
    const channels = [...text.matchAll(/`(N:[^`]+)`/g)].map(([, name]) => shapeOf(name!));
    for (const channel of (await admin.call('PUBSUB', 'CHANNELS')) as string[]) {
      expect(
        channels.filter((shape) => shape.test(channel)),
        channel,
      ).toHaveLength(1);
    }
    expect((await fleet.answer({ action: 'decline' })).status).toBe(202);
    await fleet.asking.end();
    await fleet.close();
    expect(fleet.a.logs.warnings).toEqual([]);
    expect(await admin.acl('LOG')).toEqual([]);
  });

  it('tells on which channel other programs hear of changes, and can tell of them', async () => {
    const heard: unknown[] = [];
    class Watcher {
      announced(text: string): void {
        for (const signal of decodeStreamSignals(text)) {
          if (signal?.kind === 'entry') heard.push(JSON.parse(signal.data!));
        }
      }
    }
    Payload()(Watcher.prototype, 'announced', 0);
    const property = Object.getOwnPropertyDescriptor(Watcher.prototype, 'announced')!;
    EventPattern(BROADCASTS)(Watcher.prototype, 'announced', property);
    Controller()(Watcher);
    class Elsewhere {}
    Module({ controllers: [Watcher] })(Elsewhere);
    const options = { host: '127.0.0.1', port: redis.port };
    const other = await NestFactory.createMicroservice(Elsewhere, {
      transport: Transport.REDIS,
      options,
      logger: false,
    });
    await other.listen();
    const app = await fleetApp({ redis: redis.url });
    await app.mcp.resourceUpdated('wire://fixed');
    app.mcp.toolsChanged();
    await expect
      .poll(() => heard)
      .toEqual([
        { type: 'resource-updated', uri: 'wire://fixed' },
        { type: 'list-changed', list: 'tools' },
      ]);

    const notifications = { toolsListChanged: true, resourceSubscriptions: ['wire://fixed'] };
    const listening = await SseClient.open(app.port, modern('subscriptions/listen', { notifications }));
    await listening.message(of('notifications/subscriptions/acknowledged'));
    const client = ClientProxyFactory.create({ transport: Transport.REDIS, options });
    client.emit(CHANNEL, { type: 'resource-updated', uri: 'wire://fixed' }).subscribe();
    await listening.message(of('notifications/resources/updated'));
    client.emit(CHANNEL, { type: 'list-changed', list: 'tools' }).subscribe();
    await listening.message(of('notifications/tools/list_changed'));
    await listening.close();
    await client.close();
    await other.close();
    await app.close();
  });
});

/** `N` for the default server, `<…>` for anything without a colon or brace. */
function shapeOf(name: string): RegExp {
  const escaped = name.replace(/^N/, 'mcp:default').replaceAll('<server>', 'default').replace(/[{}]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/<\w+>/g, '[^:{}]+')}$`);
}

describe('tests that documents name as proof', () => {
  // The page of promises names files and how many of their tests: looked at where it is made.
  const pages = DOCUMENTS.filter((file) => file !== 'docs/promises.md');
  const named = pages
    .flatMap((file) =>
      [
        ...read(file).matchAll(/\[([^\]]+)\]\(\.\.\/(test\/(?:fleet|unit|e2e|contract|chaos|process)\/[^)]+\.ts)\)/g),
      ].map(([, title, test]) => ({
        ...{ file, test: test! },
        title: title!.replaceAll('\\', ''),
      })),
    )
    .filter(({ title }) => codeOf(title) === undefined && !title.includes('.spec'));

  it.each(named)('the test "$title" that a document names exists', ({ test, title }) => {
    const text = [test, ...(test.startsWith('test/contract/redis') ? contracts : [])].map(read).join('\n');
    expect(text.includes(title), `${test} has no test of this name`).toBe(true);
  });
  const contracts = readdirSync(join(ROOT, 'lib/testing/contracts')).map((name) => `lib/testing/contracts/${name}`);
});

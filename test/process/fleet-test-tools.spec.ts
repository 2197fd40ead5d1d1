import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { startSample, type SampleProcess } from '../fixtures/processes/sample-process.js';
import { OutputWatch } from './output-watch.js';

const NAMES = ['ask', 'count', 'slow', 'whoami'];
const START_MS = 60_000;

async function connect(url: string, mode: 'auto' | 'legacy' = 'legacy') {
  const options = { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } };
  const client = new Client({ name: 'fleet', version: '1.0.0' }, options);
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { answer: 'blue' } }));
  const requestInit = { headers: { authorization: 'Bearer alice' } };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  await client.connect(transport);
  return { client, sessionId: transport.sessionId! };
}

const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);

async function post(url: string, route: string, body: object): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(new URL(`/test/${route}`, url), { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

it('the sample everything has no fleet-test tools without FLEET_TEST=1', async () => {
  const sample = await startSample('everything', { FLEET_TEST: '' });
  const { client } = await connect(sample.url);
  const names = await namesOf(client);
  expect(NAMES.filter((name) => names.includes(name))).toEqual([]);
  expect((await post(sample.url, 'broadcast', { text: 'anybody?' })).status).toBe(404);
  await client.close();
  await sample.stop();
});

describe('sample everything with FLEET_TEST=1 on two adapters and one Redis', () => {
  let redis: RedisServer;
  let a: SampleProcess;
  let b: SampleProcess;
  let output: OutputWatch;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const start = (INSTANCE_ID: string, HTTP_ADAPTER: string) =>
      startSample('everything', { FLEET_TEST: '1', REDIS_URL: redis.url, NO_COLOR: '1', INSTANCE_ID, HTTP_ADAPTER });
    [a, b] = await Promise.all([start('a', 'fastify'), start('b', 'express')]);
    output = new OutputWatch(a.child);
  }, START_MS);
  afterAll(async () => {
    await Promise.all([a?.stop(), b?.stop()]);
    await redis.dispose();
  });

  it.each(['auto', 'legacy'] as const)(
    'the fleet-test tools identify, count, ask and can be cancelled (%s)',
    async (mode) => {
      const { client } = await connect(a.url, mode);
      expect(await namesOf(client)).toEqual(expect.arrayContaining(NAMES));
      const text = async (name: string, args = {}) => (await client.callTool({ name, arguments: args })).content;
      expect(await text('whoami')).toEqual([{ type: 'text', text: 'a' }]);
      expect(await text('ask', { question: 'Which colour?' })).toEqual([{ type: 'text', text: 'answered: blue' }]);
      const steps: number[] = [];
      await client.callTool(
        { name: 'count', arguments: { n: 200 } },
        { onprogress: (step) => steps.push(step.progress) },
      );
      expect(steps).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
      const controller = new AbortController();
      const from = output.mark();
      const onprogress = ({ progress }: { progress: number }) => progress > 50 && controller.abort('enough');
      const slow = client.callTool(
        { name: 'slow', arguments: { ms: 30_000 } },
        { onprogress, signal: controller.signal },
      );
      await expect(slow).rejects.toThrow();
      await output.until('was aborted', from);
      await client.close();
    },
  );

  it('the fleet-test routes send messages to clients of the other instance', async () => {
    const { client, sessionId } = await connect(a.url);
    const received: unknown[] = [];
    let all = () => {};
    const allReceived = new Promise<void>((resolve) => (all = resolve));
    client.setNotificationHandler('notifications/message', ({ params }) => {
      if (received.push(params) === 4) all();
    });
    const updated = new Promise<string>((resolve) =>
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri)),
    );
    const uri = 'test://watched-resource';
    await client.subscribeResource({ uri });
    const outcome = expect.stringMatching(/^(delivered|stored)$/);
    expect((await post(b.url, 'notify', { sessionId, text: 'one' })).body).toEqual({ outcome });
    expect((await post(b.url, 'notify', { principal: 'alice', text: 'two' })).body).toEqual({ outcome });
    const principal = { issuer: 'fleet-test', subject: 'alice' };
    expect((await post(b.url, 'notify', { principal, text: 'three' })).body).toEqual({ outcome });
    expect((await post(b.url, 'notify', { principal: 'bob', text: 'no' })).body).toEqual({ outcome: 'unknown' });
    expect((await post(b.url, 'notify', { text: 'no' })).status).toBe(400);
    await post(b.url, 'broadcast', { text: 'four' });
    await allReceived;
    const message = (data: string) => ({ level: 'info', logger: 'fleet-test', data });
    expect(received).toEqual(['one', 'two', 'three', 'four'].map(message));
    await post(b.url, 'resource-updated', { uri });
    expect(await updated).toBe(uri);
    await client.close();
  });
});

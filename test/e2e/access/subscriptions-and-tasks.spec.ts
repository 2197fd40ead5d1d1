import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessApp, type AccessApp } from '../../fixtures/applications/access-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { CLIENT_CAPABILITIES } from '../../fixtures/clients/mcp-requests.js';
import { SseClient, type JsonRpc } from '../../fixtures/clients/sse-client.js';
import { granted, type Grant } from '../../fixtures/security/granted-principals.js';

const BEFORE: Grant = { subject: 'alice', scopes: ['docs', 'jobs'] };
/** After a refresh of the token, with fewer scopes. */
const AFTER: Grant = { subject: 'alice' };

let access: AccessApp;
beforeAll(async () => void (access = await accessApp()));
afterAll(() => access.close());
beforeEach(() => {
  access.folders.owners.set('red', 'alice');
});

const isUpdate = ({ method }: JsonRpc) => method === 'notifications/resources/updated';
const updatedUris = (stream: SseClient): unknown[] => stream.messages.filter(isUpdate).map(({ params }) => params!.uri);

describe('subscriptions/listen', () => {
  const uris = ['doc://plain', 'doc://scoped', 'folder://red/a', 'folder://blue/a'];
  const listen = (grant: Grant, to = uris) =>
    EraClient.open('modern', access.port, { headers: granted(grant) }).then((client) => client.listen(to));

  // Only some of them have a policy, whose decision has to be waited for.
  it.each([[uris], [uris.toReversed()]])(
    'takes those of %j that the caller may read, and tells of no other',
    async (to) => {
      const stream = await listen(BEFORE, to);
      const { params } = await stream.message(({ method }) => method === 'notifications/subscriptions/acknowledged');
      expect(params!.notifications.resourceSubscriptions).toEqual(to.filter((uri) => !uri.includes('blue')));
      for (const uri of [...uris].reverse()) await access.mcp.resourceUpdated(uri);
      await stream.message(({ params: sent }) => sent?.uri === 'doc://plain');
      expect(updatedUris(stream).toSorted()).toEqual(['doc://plain', 'doc://scoped', 'folder://red/a']);
      await stream.close();
    },
  );

  it('tells no more of a resource whose policy has changed its mind', async () => {
    const stream = await listen(BEFORE);
    access.folders.owners.set('red', 'bob');
    await access.mcp.resourceUpdated('folder://red/a');
    await access.mcp.resourceUpdated('doc://scoped');
    await stream.message(({ params }) => params?.uri === 'doc://scoped');
    expect(updatedUris(stream)).toEqual(['doc://scoped']);
    await stream.close();
  });
});

describe('resources/subscribe', () => {
  it('is answered like that of an unknown resource', async () => {
    const session = await LegacySession.open(access.port, { headers: granted(AFTER) });
    const hidden = await session.request('resources/subscribe', { uri: 'doc://scoped' }, 'same');
    const unknown = await session.request('resources/subscribe', { uri: 'nothing://x' }, 'same');
    expect(JSON.stringify(hidden).replaceAll('doc://scoped', '*')).toBe(
      JSON.stringify(unknown).replaceAll('nothing://x', '*'),
    );
    expect((await session.request('resources/subscribe', { uri: 'doc://plain' })).result).toEqual({});
  });

  it('a stream that is read with fewer scopes has no notification of what they were for, replayed or live', async () => {
    const session = await LegacySession.open(access.port, { headers: granted(BEFORE) });
    for (const uri of ['doc://scoped', 'doc://plain', 'folder://red/a']) {
      expect((await session.request('resources/subscribe', { uri })).result).toEqual({});
    }
    const whole = await session.get();
    const { id: start } = await whole.frame(({ id }) => id !== undefined);
    for (const uri of ['doc://scoped', 'folder://red/a', 'doc://plain']) await access.mcp.resourceUpdated(uri);
    await whole.message(({ params }) => params?.uri === 'doc://plain');
    expect(updatedUris(whole)).toEqual(['doc://scoped', 'folder://red/a', 'doc://plain']);
    await whole.close();

    access.folders.owners.set('red', 'bob');
    const request = session.getRequest(start);
    const part = await SseClient.open(access.port, { ...request, headers: { ...request.headers, ...granted(AFTER) } });
    await part.message(({ params }) => params?.uri === 'doc://plain');
    for (const uri of ['doc://scoped', 'folder://red/a', 'doc://plain']) await access.mcp.resourceUpdated(uri);
    await part.firstMessages(2, ({ params }) => params?.uri === 'doc://plain');
    expect(updatedUris(part)).toEqual(['doc://plain', 'doc://plain']);
    await part.close();
  });
});

describe('tasks of a tool that the caller may no longer call', () => {
  const tasks = { [CLIENT_CAPABILITIES]: { extensions: { 'io.modelcontextprotocol/tasks': {} } } };

  it('are unknown to modern clients, and known again with the scope', async () => {
    const client = await EraClient.open('modern', access.port, { headers: granted(BEFORE) });
    const poor = await EraClient.open('modern', access.port, { headers: granted(AFTER) });
    const started = await client.tool('job', { key: 'modern' }, { meta: tasks });
    const taskId = started.result!.taskId as string;
    const methods = ['tasks/get', 'tasks/cancel', 'tasks/update'];
    for (const method of methods) {
      const params = { inputResponses: {} };
      const details = { id: 'same', meta: tasks };
      const lost = await poor.call(method, { taskId, ...params }, details);
      expect(lost.error?.message).toBe('Unknown task');
      expect(lost).toEqual(await poor.call(method, { taskId: 'A'.repeat(24), ...params }, details));
    }
    const stream = await poor.stream('subscriptions/listen', { notifications: { taskIds: [taskId] } }, { meta: tasks });
    const { params } = await stream.message(({ method }) => method === 'notifications/subscriptions/acknowledged');
    expect(params!.notifications.taskIds).toEqual([]);
    await stream.close();
    expect((await client.call('tasks/get', { taskId }, { meta: tasks })).result?.status).toBe('working');
    access.gate.release('modern');
  });

  it('are unknown to legacy clients in every method, and left out of the list', async () => {
    const session = await LegacySession.open(access.port, { headers: granted(BEFORE) });
    const call = { name: 'job', arguments: { key: 'legacy' }, task: {} };
    const taskId = (await session.request('tools/call', call)).result!.task.taskId as string;
    const poor = async (method: string, params: object = {}) => {
      const reply = await session.post(session.message(method, { ...params }, 'same'), granted(AFTER));
      return JSON.parse(reply.body) as JsonRpc;
    };
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
      expect((await poor(method, { taskId })).error?.message).toBe('Unknown task');
    }
    expect((await poor('tasks/list')).result!.tasks).toEqual([]);
    const { result } = await session.request('tasks/list');
    expect((result!.tasks as { taskId: string }[]).map((task) => task.taskId)).toContain(taskId);
    access.gate.release('legacy');
    expect((await session.request('tasks/result', { taskId })).result).toMatchObject({
      content: [{ text: 'done legacy' }],
    });
  });
});

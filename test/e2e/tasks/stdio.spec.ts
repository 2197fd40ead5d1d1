import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT_CAPABILITIES } from '../../fixtures/clients/mcp-requests.js';
import { stdioApp, type StdioApp } from '../stdio/stdio-app.js';
import { RELATED, TASKS } from './task-client.js';

const FORM = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] };
const DECLARED = { [CLIENT_CAPABILITIES]: { elicitation: {}, extensions: { [TASKS]: {} } } };
const ANSWER = { action: 'accept', content: { age: 7 } };

describe('tasks over stdio', () => {
  let stdio: StdioApp;
  beforeEach(async () => {
    stdio = await stdioApp({ drainTimeoutMs: 0 });
    await stdio.mcp.registerTool({ name: 'job', task: 'required' }, async (_, ctx) => {
      const { age } = (await ctx.elicitOrThrow(FORM, 'Age?')) as { age: number };
      return `${age} years`;
    });
  });
  afterEach(() => stdio.close());

  it('a modern client over stdio gets, answers and listens to tasks', async () => {
    const { client } = stdio;
    const { result: task } = await client.call(1, 'job', {}, DECLARED);
    expect(task).toMatchObject({ resultType: 'task', status: 'working' });
    const { taskId } = task;
    client.send({
      jsonrpc: '2.0',
      id: 2,
      method: 'subscriptions/listen',
      params: {
        notifications: { taskIds: [taskId] },
        _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', ...DECLARED },
      },
    });
    const asked = await client.until(
      ({ method, params }) => method === 'notifications/tasks' && params.status === 'input_required',
    );
    const inputResponses = Object.fromEntries(Object.keys(asked.params.inputRequests).map((key) => [key, ANSWER]));
    await client.modern(3, 'tasks/update', { taskId, inputResponses }, DECLARED);
    const done = await client.until(
      ({ method, params }) => method === 'notifications/tasks' && params.status === 'completed',
    );
    expect(done.params.result).toEqual({ content: [{ type: 'text', text: '7 years' }] });
    expect((await client.modern(4, 'tasks/get', { taskId })).error?.code).toBe(-32021);
  });

  it('a 2025-11-25 client over stdio is asked through tasks/result', async () => {
    const { client } = stdio;
    const clientInfo = { name: 'lines', version: '1' };
    const capabilities = { elicitation: {} };
    await client.request(0, 'initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
    client.notify('notifications/initialized');
    const { result } = await client.request(1, 'tools/call', { name: 'job', arguments: {}, task: {} });
    const { taskId } = result.task;
    const outcome = client.request(2, 'tasks/result', { taskId });
    const asked = await client.until(({ method }) => method === 'elicitation/create');
    client.send({ jsonrpc: '2.0', id: asked.id, result: ANSWER });
    expect((await outcome).result).toEqual({
      content: [{ type: 'text', text: '7 years' }],
      _meta: { [RELATED]: { taskId } },
    });
    await client.until(
      ({ method, params }) => method === 'notifications/tasks/status' && params.status === 'completed',
    );
  });
});

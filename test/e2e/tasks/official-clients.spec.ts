import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { taskApp, type TaskApp } from './task-app.js';
import { TASKS } from './task-client.js';

const INFO = { name: 'official', version: '1.0.0' };
const User = { requestInit: { headers: { 'x-user': 'alice' } } };

let app: TaskApp;
beforeAll(async () => {
  app = await taskApp({ taskPollIntervalMs: 20 });
});
afterAll(() => app.close());

const url = () => new URL(`http://127.0.0.1:${app.port}/mcp`);

describe('the official client of 2025-11-25', () => {
  async function connect(answers: Record<string, unknown>[] = []) {
    const client = new Client(INFO, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, async () => answers.shift() as never);
    await client.connect(new StreamableHTTPClientTransport(url(), User));
    return client;
  }

  /** Calls a tool as a task. @returns the messages of the client's stream, in order */
  async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
    await client.listTools();
    const messages: any[] = [];
    const stream = client.experimental.tasks.callToolStream({ name, arguments: args }, CallToolResultSchema, {
      task: { ttl: 60_000 },
    });
    for await (const message of stream) messages.push(message);
    return messages;
  }

  it('the official 2025-11-25 client follows a task to its result', async () => {
    const client = await connect();
    app.gate.release('official');
    const messages = await call(client, 'gated', { key: 'official' });
    expect(messages[0]).toMatchObject({ type: 'taskCreated', task: { status: 'working', ttl: 60_000 } });
    expect(messages.at(-1)).toMatchObject({ type: 'result', result: { content: [{ text: 'done official' }] } });
    await client.close();
  });

  it('the official 2025-11-25 client answers the question of a task', async () => {
    const accept = (age: number) => ({ action: 'accept', content: { age } });
    const client = await connect([accept(1), accept(2)]);
    const messages = await call(client, 'asks');
    expect(messages.map(({ type, task }) => task?.status ?? type)).toContain('input_required');
    expect(messages.at(-1)).toMatchObject({ type: 'result', result: { content: [{ text: '1 and 2' }] } });
    await client.close();
  });

  it('the official 2025-11-25 client lists, gets and cancels tasks', async () => {
    const client = await connect();
    await client.listTools();
    const stream = client.experimental.tasks.callToolStream(
      { name: 'gated', arguments: { key: 'off' } },
      CallToolResultSchema,
      {
        task: {},
      },
    );
    const first: any = (await stream.next()).value;
    const { taskId } = first.task;
    const { tasks } = await client.experimental.tasks.listTasks();
    expect(tasks.map((task) => task.taskId)).toContain(taskId);
    expect(await client.experimental.tasks.cancelTask(taskId)).toMatchObject({ taskId, status: 'cancelled' });
    expect(await client.experimental.tasks.getTask(taskId)).toMatchObject({ status: 'cancelled' });
    await stream.return();
    await client.close();
  });
});

describe('the official client of 2026-07-28', () => {
  const Task = z.looseObject({ taskId: z.string(), status: z.string() });

  it('the official 2026-07-28 client without the extension waits for the result', async () => {
    const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(url()));
    app.gate.release('plain');
    const result = await client.callTool({ name: 'gated', arguments: { key: 'plain' } });
    expect(result).toMatchObject({ content: [{ text: 'done plain' }] });
    await client.close();
  });

  it('the official 2026-07-28 client with the extension gets, answers and cancels tasks that another client created', async () => {
    const capabilities = { elicitation: {}, extensions: { [TASKS]: {} } };
    const client = new ModernClient(INFO, { capabilities, versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(url()));
    const { TaskClient } = await import('./task-client.js');
    const id = await new TaskClient(app.port).start('asks');
    const get = () => client.request({ method: 'tasks/get', params: { taskId: id } }, Task);
    expect(await get()).toMatchObject({ taskId: id });
    await client.request({ method: 'tasks/cancel', params: { taskId: id } }, z.looseObject({}));
    expect(await get()).toMatchObject({ status: 'cancelled' });
    await client.close();
  });
});

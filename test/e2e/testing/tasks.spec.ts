import type { INestApplication } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accept, mcpClient, type McpClient } from 'nestjs-mcp-fleet/testing';
import { Gate } from '../../fixtures/applications/gate.js';
import { portlessApp } from '../../fixtures/applications/portless-app.js';
import { JobTools } from '../tasks/job.tools.js';

describe.each(['modern', 'legacy'] as const)('the test client and tasks in the %s era', (era) => {
  let app: INestApplication;
  let gate: Gate;
  let client: McpClient;
  beforeEach(async () => {
    gate = new Gate();
    app = await portlessApp({ providers: [{ provide: Gate, useValue: gate }, JobTools] });
    client = mcpClient(app, { era });
  });
  afterEach(async () => {
    await client.close();
    await app.close();
  });

  it('the test client starts a task, watches it and fetches its result', async () => {
    const task = await client.startTask('gated', { key: 'k' });
    expect(await task.until(({ statusMessage }) => statusMessage === 'on it')).toMatchObject({ status: 'working' });
    gate.release('k');
    expect(await task.result()).toMatchObject({ text: 'done k' });
    expect(await task.state()).toMatchObject({ taskId: task.id, status: 'completed' });
  });

  it('the test client answers what a task asks', async () => {
    client.onElicit(accept({ age: 30 }), accept({ age: 40 }));
    const task = await client.startTask('asks');
    expect(await task.result()).toMatchObject({ text: '30 and 40' });
    expect(client.asked.map(({ params }) => params.message)).toEqual(['First age?', 'Second age?']);
  });

  it('the test client cancels a task', async () => {
    const task = await client.startTask('gated', { key: 'k' });
    await gate.reached('waiting k');
    await task.cancel();
    await gate.reached('aborted k');
    await expect(task.result()).rejects.toThrow(/cancelled/);
  });

  it('the result of a task that failed is an error', async () => {
    await expect((await client.startTask('breaks')).result()).rejects.toMatchObject({ code: 4711 });
  });

  it('a call that is no task is an ordinary call', async () => {
    gate.release('k');
    expect(await client.callTool('gated', { key: 'k' })).toMatchObject({ text: 'done k' });
  });
});

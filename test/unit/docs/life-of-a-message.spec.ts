import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { TaskStore } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpRuntime } from '../../../lib/server/mcp-runtime.js';
import { StdioConnection } from '../../../lib/transport/stdio/stdio-connection.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { read, ROOT } from './documents.js';
import { executedFiles, filesOnStack } from './executed-files.js';
import { lastStack, SceneApp } from './scene-app.js';

const document = read('docs/life-of-a-message.md');

/** The trees by the title of their section, each as the files it names, in order. */
const trees = new Map(
  document
    .split(/^## /m)
    .slice(1)
    .map((section): [title: string, files: readonly string[]] => {
      const blocks = [...section.matchAll(/^```text\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
      return [section.split('\n', 1)[0]!, filesIn(blocks.join('\n'))];
    }),
);

function filesIn(text: string): readonly string[] {
  return [...text.matchAll(/[\w./-]+\.(?:ts|lua)\b/g)].map(([file]) => file);
}

const treeOf = (title: string): readonly string[] => trees.get(title) ?? [];

/** Plays a scene and compares. Scripts in Lua run in Redis and cannot be observed here. */
async function expectRun(title: string, except: readonly string[], scene: () => Promise<void>): Promise<void> {
  const executed = await executedFiles(scene);
  const named = treeOf(title).filter((file) => file.endsWith('.ts') && !except.includes(file));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((file) => !executed.has(file))).toEqual([]);
}

const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const ELICITATION = { elicitation: { form: {} } };
const ACCEPTED = { action: 'accept', content: { city: 'Oslo' } };
const toolCall = (name: string, more: object = {}) => ({ name, arguments: { text: 'hello' }, ...more });

describe('docs/life-of-a-message.md', () => {
  it('docs/life-of-a-message.md names only files that exist, each with its whole path', () => {
    const named = filesIn(document.replace(/\]\([^)]*\)/g, ''));
    expect(named.filter((file) => !existsSync(join(ROOT, 'lib', file)))).toEqual([]);
    expect(named.length).toBeGreaterThan(200);
  });
});

describe('the stack of a modern call', () => {
  let stack: readonly string[];
  beforeAll(async () => {
    const app = await SceneApp.start();
    await (await app.modern('tools/call', { name: 'trace' })).json();
    stack = filesOnStack(lastStack);
    await app.close();
  });

  it('the stack of a modern call shows the whole way from the endpoint to the method', () => {
    for (const name of [
      ...['http-endpoint', 'modern-handler', 'dispatcher'],
      ...['methods/tools', 'call-primitive', 'invoker', 'plain-pipeline'],
    ]) {
      expect(stack.filter((file) => file.endsWith(`${name}.ts`))).toHaveLength(1);
    }
  });

  it('the stack of a modern call has the order of the tree "A modern call"', () => {
    const tree = treeOf('A modern call');
    expect([...new Set(tree)].filter((file) => stack.includes(file))).toEqual(stack);
  });

  it('the reading order of CONTRIBUTING.md has the order of the stack', () => {
    const section = read('CONTRIBUTING.md')
      .split(/^## /m)
      .find((part) => part.startsWith('Reading order'))!;
    const listed = filesIn(section.replace(/\]\([^)]*\)/g, '')).map((file) => file.replace(/^lib\//, ''));
    expect([...new Set(listed)].filter((file) => stack.includes(file))).toEqual(stack);
  });
});

describe('the files of a tree run in its scene', () => {
  let app: SceneApp;
  beforeAll(async () => {
    app = await SceneApp.start({ drainTimeoutMs: 0 });
  });
  afterAll(() => app.close());

  it('every file of the tree "Start" runs in its scene', () =>
    expectRun('Start', [], async () => {
      const started = await SceneApp.start();
      await started.close();
    }));

  it('every file of the tree "A modern call" runs in its scene', () =>
    expectRun('A modern call', [], async () => {
      const { result } = await (await app.modern('tools/call', toolCall('echo'))).json();
      expect(result.content[0].text).toBe('hello');
    }));

  it('every file of the tree "A legacy call, answered as JSON" runs in its scene', () =>
    expectRun('A legacy call, answered as JSON', [], async () => {
      const session = await app.initialize();
      const { result } = await (await app.legacy(session, 'tools/call', toolCall('echo'))).json();
      expect(result.content[0].text).toBe('hello');
    }));

  it('every file of the tree "A legacy call that is streamed" runs in its scene', async () => {
    const session = await app.initialize();
    await expectRun('A legacy call that is streamed', [], async () => {
      const reply = await app.legacy(session, 'tools/call', toolCall('speak'));
      await reply.until('"result"');
    });
  });

  it('every file of the tree "A question to a modern client" runs in its scene', () =>
    expectRun('A question to a modern client', [], async () => {
      const { result } = await (await app.modern('tools/call', toolCall('ask'), ELICITATION)).json();
      const inputResponses = { [Object.keys(result.inputRequests)[0]!]: ACCEPTED };
      const again = toolCall('ask', { requestState: result.requestState, inputResponses });
      const answer = await (await app.modern('tools/call', again, ELICITATION)).json();
      expect(answer.result.content[0].text).toBe('Oslo');
    }));

  it('every file of the tree "A question to a legacy client" runs in its scene', async () => {
    const session = await app.initialize({ elicitation: {} });
    await expectRun('A question to a legacy client', [], async () => {
      const reply = await app.legacy(session, 'tools/call', toolCall('ask'));
      const question = await reply.until('elicitation/create');
      await app.respond(session, question['id'], ACCEPTED);
      expect((await reply.until('"result"')).result.content[0].text).toBe('Oslo');
    });
  });

  it('every file of the tree "A resume" runs in its scene', async () => {
    const session = await app.initialize();
    const begun = await app.legacy(session, 'tools/call', toolCall('linger'));
    await begun.until('hello');
    begun.cut();
    await expectRun('A resume', [], async () => {
      const resumed = await app.get(session, `${begun.lastEventId.split('_')[0]}_0-0`);
      await resumed.until('hello');
      resumed.cut();
      // Of a history that is not kept any more.
      const missed = await app.get(session, 'g_5-1');
      await missed.until('list_changed');
      missed.cut();
    });
  });

  it('every file of the tree "A message of the application" runs in its scene', async () => {
    const session = await app.initialize();
    const stream = await app.get(session);
    await stream.until('id: ');
    await expectRun('A message of the application', [], async () => {
      await expect.poll(() => app.mcp.sendToSession(session, { level: 'error', data: 'news' })).toBe('delivered');
      await stream.until('news');
    });
    stream.cut();
  });

  it('every file of the tree "A broadcast" runs in its scene', async () => {
    const session = await app.initialize();
    await (await app.legacy(session, 'resources/subscribe', { uri: 'scene://thing' })).json();
    const stream = await app.get(session);
    await stream.until('id: ');
    const notifications = { resourceSubscriptions: ['scene://thing'] };
    const listening = await app.modern('subscriptions/listen', { notifications });
    await listening.until('acknowledged');
    await expectRun('A broadcast', [], async () => {
      await app.mcp.resourceUpdated('scene://thing');
      await listening.until('notifications/resources/updated');
      await stream.until('notifications/resources/updated');
    });
    listening.cut();
    stream.cut();
  });

  it('every file of the tree "A task" runs in its scene', () =>
    expectRun('A task', [], async () => {
      const capabilities = { ...TASKS, ...ELICITATION };
      const { result } = await (await app.modern('tools/call', toolCall('askInTask'), capabilities)).json();
      const { taskId } = result;
      const task = async () => (await (await app.modern('tasks/get', { taskId }, capabilities)).json()).result;
      await expect.poll(async () => (await task()).status).toBe('input_required');
      const inputResponses = { [Object.keys((await task()).inputRequests)[0]!]: ACCEPTED };
      await (await app.modern('tasks/update', { taskId, inputResponses }, capabilities)).json();
      await expect.poll(async () => (await task()).status).toBe('completed');
    }));

  it('every file of the tree "A task whose instance is lost" runs in its scene', async () => {
    const taskId = 'a-task-of-an-instance-that-is-lost';
    const spec = { principal: 'anon', id: taskId, tool: 'runAgain', arguments: { text: 'hello' }, idempotent: true };
    const caller = { revision: '2026-07-28', clientCapabilities: TASKS } as const;
    const times = { ttlMs: 60_000, pollIntervalMs: 1000 };
    const checkpoint = { answered: {}, steps: {} };
    await app.app.get(TaskStore, { strict: false }).create({ ...spec, caller, ...times, checkpoint }, 1);
    await pause(5);
    await expectRun('A task whose instance is lost', [], async () => {
      const task = async () => (await (await app.modern('tasks/get', { taskId }, TASKS)).json()).result;
      await expect.poll(async () => (await task()).status).toBe('completed');
    });
  });

  it('every file of the tree "A shutdown" runs in its scene', async () => {
    const closing = await SceneApp.start({ drainTimeoutMs: 50 });
    const session = await closing.initialize();
    const stream = await closing.get(session);
    await stream.until('id: ');
    const listening = await closing.modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    await listening.until('acknowledged');
    await expectRun('A shutdown', [], async () => {
      const { mcp } = closing;
      const closed = closing.close();
      await expect.poll(() => mcp.health().ready).toBe(false);
      await listening.until('"result"');
      await closed;
    });
  });

  it('every file of the tree "stdio" runs in its scene', async () => {
    const served = await SceneApp.start();
    const { engine, inFlight, services } = served.app.get(McpRuntime, { strict: false });
    const { dispatcher, subscriptions } = engine;
    const limits = { maxLineBytes: 10_000, maxJsonDepth: 10 };
    const input = new PassThrough();
    const output = new PassThrough({ encoding: 'utf8' });
    // All but `McpStdio.run()`, which would take the pipes of this process and end it.
    await expectRun('stdio', ['mcp.stdio.ts'], async () => {
      const parts = { dispatcher, subscriptions, inFlight, legacy: services, ...limits };
      const connection = new StdioConnection(parts, input, output);
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } };
      input.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
      await connection.ended;
      await connection.finish(5000);
      expect(output.read()).toContain('"serverInfo"');
    });
    await served.close();
  });
});

describe('the files of a tree run in its scene on Redis', () => {
  let redis: RedisServer;
  let app: SceneApp;
  beforeAll(async () => {
    redis = await RedisServer.start({ appendOnly: true });
    app = await SceneApp.start({ redis: redis.url, instanceTtlMs: 200, drainTimeoutMs: 0 });
  });
  afterAll(async () => {
    await app.close();
    await redis.dispose();
  });

  it('every file of the tree "The same on Redis" runs in its scene', async () => {
    const session = await app.initialize();
    await expectRun('The same on Redis', [], async () => {
      const reply = await app.legacy(session, 'tools/call', toolCall('speak'));
      await reply.until('"result"');
    });
  });

  it('every file of the tree "A lost worker" runs in its scene', async () => {
    const session = await app.initialize();
    await expectRun('A lost worker', [], async () => {
      const begun = await app.legacy(session, 'tools/call', toolCall('linger'));
      await begun.until('hello');
      begun.cut();
      const stream = begun.lastEventId.split('_')[0]!;
      // As if it had been begun by an instance that is not there any more.
      await redis.admin.hset(`mcp:default:{anon:${session}}:s`, `w:${stream}`, 'lost-instance [99]');
      const resumed = await app.get(session, begun.lastEventId);
      expect((await resumed.until('"error"')).id).toBe(99);
    });
  });

  it('every file of the tree "A lost connection to Redis" runs in its scene', async () => {
    const listening = await app.modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    await listening.until('acknowledged');
    const session = await app.initialize();
    const stream = await app.get(session);
    await stream.until('id: ');
    await expectRun('A lost connection to Redis', [], async () => {
      await redis.kill();
      await expect.poll(() => app.warnings.some((text) => text.includes('Redis connection'))).toBe(true);
      app.mcp.toolsChanged();
      await redis.start();
      await listening.until('notifications/tools/list_changed');
    });
    listening.cut();
    stream.cut();
  });
});

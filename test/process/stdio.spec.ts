import { afterEach, describe, expect, it } from 'vitest';
import { SUBSCRIPTION_ID } from '../fixtures/clients/mcp-requests.js';
import { NOISY, QUICKSTART, StdioProcess } from './stdio-process.js';

afterEach(() => StdioProcess.killAll());

/** Prompt for a person and generous for a busy machine. */
const PROMPT_MS = 3000;
/** Less than `drainTimeoutMs`: a shutdown that waits for something takes longer. */
const UNDRAINED_MS = 6000;

describe('sample 01 --stdio', () => {
  it('a stdio server serves a modern client and exits when its input ends', async () => {
    const server = new StdioProcess(QUICKSTART);
    const { client } = server;
    await client.modern('probe', 'server/discover');
    expect((await client.call(1, 'forecast', { city: 'Oslo', days: 1 })).result.content[0].text).toBe('Day 1: 9 °C');
    const answers = Array.from({ length: 1000 }, (_, i) => client.call(i + 10, 'forecast', { city: 'Quito' }));
    for (const { result } of await Promise.all(answers)) expect(result.isError).toBeUndefined();
    const exit = await server.closeInput().exit();
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.tookMs).toBeLessThan(PROMPT_MS);
    expect(client.junk).toEqual([]);
  });

  it('a stdio server serves a legacy client and writes resource updates as lines', async () => {
    const server = new StdioProcess(QUICKSTART);
    const { client } = server;
    expect((await client.initialize('2025-06-18')).result.protocolVersion).toBe('2025-06-18');
    await client.request(1, 'resources/subscribe', { uri: 'weather://Oslo/now' });
    await client.request(2, 'tools/call', { name: 'report', arguments: { city: 'Oslo', degrees: 12 } });
    expect((await client.notification('notifications/resources/updated')).params).toEqual({
      uri: 'weather://Oslo/now',
    });
    expect(await server.closeInput().exit()).toMatchObject({ code: 0 });
    expect(client.junk).toEqual([]);
  });

  it('a stdio server ends a subscription with its result before it exits on SIGTERM', async () => {
    const server = new StdioProcess(QUICKSTART);
    const { client } = server;
    const notifications = { resourceSubscriptions: ['weather://Oslo/now'] };
    const ended = client.modern('sub', 'subscriptions/listen', { notifications });
    await client.notification('notifications/subscriptions/acknowledged');
    await client.call(2, 'report', { city: 'Oslo', degrees: 12 });
    expect((await client.notification('notifications/resources/updated')).params).toMatchObject({
      uri: 'weather://Oslo/now',
      _meta: { [SUBSCRIPTION_ID]: 'sub' },
    });
    const exit = await server.signal().exit();
    expect((await ended).result).toMatchObject({ resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: 'sub' } });
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.tookMs).toBeLessThan(PROMPT_MS);
  });

  it('a stdio server answers the messages that a shell pipes into it', async () => {
    const server = new StdioProcess(QUICKSTART);
    const answer = server.client.call(1, 'forecast', { city: 'Oslo', days: 1 });
    server.closeInput();
    expect((await answer).result.content[0].text).toBe('Day 1: 9 °C');
    expect(await server.exit()).toMatchObject({ code: 0 });
  });

  it('a stdio server starts and exits without a client', async () => {
    expect(await new StdioProcess(QUICKSTART).closeInput().exit()).toMatchObject({ code: 0 });
  });
});

describe('stdout of a stdio server', () => {
  it('console.log, process.stdout and Nest loggers write to stderr of a stdio server', async () => {
    const server = new StdioProcess(NOISY);
    const { client } = server;
    expect((await client.call(1, 'noisy')).result.content[0].text).toBe('quiet');
    expect(await server.closeInput().exit()).toMatchObject({ code: 0 });
    expect(client.junk).toEqual([]);
    expect(client.raw).toHaveLength(1);
    for (const where of ['at start', 'in a tool', 'at the end']) {
      for (const what of ['console.log', 'process.stdout', 'Nest logger'])
        expect(server.log).toContain(`${what} ${where}`);
    }
  });

  it('a client that does not read stderr does not block the stdio server', async () => {
    const server = new StdioProcess(NOISY);
    await server.client.call(1, 'noisy');
    server.child.stderr.destroy();
    for (const id of [2, 3, 4]) expect((await server.client.call(id, 'noisy')).result.content[0].text).toBe('quiet');
    expect(await server.closeInput().exit()).toMatchObject({ code: 0 });
  });
});

describe('exit of a stdio server', () => {
  it('a stdio server exits with 0 at the end of its input while a tool ignores its signal', async () => {
    const server = new StdioProcess(NOISY);
    server.client.call(1, 'unresponsive').catch(() => {});
    await server.logged('unresponsive runs');
    const exit = await server.closeInput().exit();
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.tookMs).toBeLessThan(UNDRAINED_MS);
    expect(server.client.raw).toEqual([]);
  });

  it('a stdio server cancels running calls at the end of its input and exits with 0', async () => {
    const server = new StdioProcess(NOISY);
    server.client.call(1, 'patient').catch(() => {});
    await server.logged('patient runs');
    const exit = await server.closeInput().exit();
    expect(exit.code).toBe(0);
    expect(exit.tookMs).toBeLessThan(PROMPT_MS);
    expect(server.log).toContain('patient was cancelled');
    expect(server.log).toContain('closing by itself');
  });

  it('a stdio server answers running calls on SIGTERM, passes the signal to its hooks and exits with 0', async () => {
    const server = new StdioProcess(NOISY);
    const answer = server.client.call(1, 'slowish');
    await server.logged('slowish runs');
    expect(await server.signal().exit()).toMatchObject({ code: 0, signal: null });
    expect((await answer).result.content[0].text).toBe('done after all');
    expect(server.log).toContain('closing by SIGTERM');
  });

  it('a stdio server exits with 0 on SIGTERM after drainTimeoutMs at the latest', async () => {
    const server = new StdioProcess(NOISY, { DRAIN_MS: '100' });
    server.client.call(1, 'unresponsive').catch(() => {});
    await server.logged('unresponsive runs');
    const exit = await server.signal().exit();
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.tookMs).toBeLessThan(PROMPT_MS);
  });

  it('a stdio server exits with 0 although a shutdown hook never ends', async () => {
    const server = new StdioProcess(NOISY, { DRAIN_MS: '100', HANG: 'hook' });
    await server.client.call(1, 'noisy');
    const exit = await server.closeInput().exit();
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.tookMs).toBeLessThan(UNDRAINED_MS);
  });

  it('a stdio server exits with 0 when its output is no longer read (EPIPE)', async () => {
    const server = new StdioProcess(NOISY);
    await server.client.call(1, 'noisy');
    server.child.stdout.destroy();
    // Only a write reveals a broken pipe, and it may take a second write.
    for (const id of [2, 3]) server.client.call(id, 'large').catch(() => {});
    expect(await server.exit()).toMatchObject({ code: 0, signal: null });
    expect(server.log).not.toContain('EPIPE');
  });

  it('a stdio server writes all its output before it exits, even to a client that reads late', async () => {
    const server = new StdioProcess(NOISY);
    await server.client.call('warm', 'noisy');
    server.child.stdout.pause();
    server.child.stdin.cork();
    const answers = [1, 2, 3].map((id) => server.client.call(id, 'large'));
    server.child.stdin.uncork();
    server.closeInput();
    // The responses exceed the pipe's buffer, so the server still holds most of them when it exits.
    await server.logged('large runs\n'.repeat(3));
    server.child.stdout.resume();
    for (const { result } of await Promise.all(answers)) expect(result.content[0].text).toHaveLength(1_000_000);
    expect(await server.exit()).toMatchObject({ code: 0 });
  });
});

describe('a second signal to a stdio server', () => {
  it('a second signal ends a stdio server at once', async () => {
    const server = new StdioProcess(NOISY);
    server.client.call(1, 'unresponsive').catch(() => {});
    await server.logged('unresponsive runs');
    const listening = server.client.modern('sub', 'subscriptions/listen', {
      notifications: { toolsListChanged: true },
    });
    await server.client.notification('notifications/subscriptions/acknowledged');
    server.signal();
    // The result of the subscription shows that the first signal was handled.
    await listening;
    expect(await server.signal().exit()).toMatchObject({ signal: 'SIGTERM' });
  });
});

describe('a stdio server that is not registered', () => {
  it('a stdio server that is not registered is reported with a sentence on stderr', async () => {
    const server = new StdioProcess(NOISY, { SERVER: 'other' });
    const { code } = await server.exit();
    expect(code).not.toBe(0);
    expect(server.log).toContain('no McpModule for the MCP server "other"');
    expect(server.client.raw).toEqual([]);
  });
});

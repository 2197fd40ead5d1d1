import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT_CAPABILITIES, MODERN, PROTOCOL_VERSION, SERVER_INFO } from '../../fixtures/clients/mcp-requests.js';
import type { LineClient } from './line-client.js';
import { stdioApp, type StdioApp } from './stdio-app.js';

let stdio: StdioApp;
let client: LineClient;
beforeEach(async () => {
  stdio = await stdioApp();
  client = stdio.client;
});
afterEach(() => stdio.close());

const INITIALIZE = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'old', version: '1' } };

describe('the first request settles the era (E-8)', () => {
  it('a claim is modern', async () => {
    const { result } = await client.call(1, 'echo', { text: 'hello' });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'hello' }] });
    expect(result._meta[SERVER_INFO]).toMatchObject({ name: 'pipes' });
  });

  it('initialize is legacy, and answers the revision that was asked for', async () => {
    const { result } = await client.initialize('2025-06-18');
    expect(result).toMatchObject({ protocolVersion: '2025-06-18', serverInfo: { name: 'pipes' } });
    const listed = await client.request(2, 'tools/list');
    expect(listed.result.resultType).toBeUndefined();
    expect(listed.result.tools[0].icons).toBeUndefined();
  });

  it('a probe settles nothing: a client may look, and then be of either era', async () => {
    expect((await client.modern('probe', 'server/discover')).result.supportedVersions).toEqual([MODERN]);
    expect((await client.initialize()).result.protocolVersion).toBe('2025-11-25');
  });

  it('a probe settles nothing for a modern client either', async () => {
    await client.modern('probe', 'server/discover');
    expect((await client.call(1, 'echo', { text: 'x' })).result.content[0].text).toBe('x');
  });

  it('an opening without claim is legacy, even one that comes too early', async () => {
    expect((await client.request(1, 'tools/list')).error).toMatchObject({
      code: -32600,
      message: expect.stringContaining('initialize'),
    });
    expect((await client.initialize()).result.protocolVersion).toBe('2025-11-25');
  });

  it('after a modern request there is no way back', async () => {
    await client.call(1, 'echo', { text: 'x' });
    const { error } = await client.request(2, 'initialize', INITIALIZE);
    expect(error).toMatchObject({ code: -32022, data: { supported: [MODERN], requested: '2025-06-18' } });
    const unclaimed = await client.request(3, 'tools/list');
    expect(unclaimed.error).toMatchObject({ code: -32602, data: { invalid: [PROTOCOL_VERSION, CLIENT_CAPABILITIES] } });
    expect((await client.call(4, 'echo', { text: 'still' })).result.content[0].text).toBe('still');
  });

  it('a second initialize is refused, and the session goes on', async () => {
    await client.initialize();
    expect((await client.request(2, 'initialize', INITIALIZE)).error?.code).toBe(-32600);
    expect((await client.request(3, 'ping')).result).toEqual({});
  });

  it('requests that follow initialize in the same breath are served after it', async () => {
    const initialize = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: INITIALIZE });
    const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
    client.write(`${initialize}\n${list}\n`);
    expect((await client.answer(2)).result.tools.length).toBeGreaterThan(5);
    expect(client.messages.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('a session that was ended behind the back of its client can be begun anew', async () => {
    await client.initialize();
    const { SessionStore } = await import('nestjs-mcp-fleet');
    const sessions = stdio.app.get(SessionStore);
    for await (const key of sessions.sessions()) await sessions.end(key);
    expect((await client.request(2, 'ping')).error?.message).toMatch(/initialize/);
    expect((await client.request(3, 'initialize', INITIALIZE)).result.protocolVersion).toBe('2025-06-18');
    expect((await client.request(4, 'ping')).result).toEqual({});
  });
});

describe('a claim that cannot be served', () => {
  it.each(['2027-01-01', 'v999.0.0', '2025-11-25', ''])('names version %j', async (version) => {
    const { error } = await client.modern(1, 'tools/list', {}, { [PROTOCOL_VERSION]: version });
    expect(error).toMatchObject({ code: -32022, data: { supported: [MODERN], requested: version } });
    // Refused is not settled: the client may fall back.
    expect((await client.initialize()).result).toBeDefined();
  });

  it.each([
    ['no capabilities', { [CLIENT_CAPABILITIES]: undefined }, [CLIENT_CAPABILITIES]],
    ['capabilities that are a list', { [CLIENT_CAPABILITIES]: [] }, [CLIENT_CAPABILITIES]],
    ['a version that is a number', { [PROTOCOL_VERSION]: 2026 }, [PROTOCOL_VERSION]],
  ])('has %s', async (_what, meta, invalid) => {
    const { error } = await client.modern(1, 'tools/list', {}, meta);
    expect(error).toMatchObject({ code: -32602, data: { invalid } });
  });

  it('is no claim at all: server/discover says what is missing', async () => {
    const { error } = await client.request(1, 'server/discover');
    expect(error).toMatchObject({ code: -32602, data: { invalid: [PROTOCOL_VERSION, CLIENT_CAPABILITIES] } });
  });
});

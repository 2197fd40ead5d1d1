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

describe('the era of a stdio connection (E-8)', () => {
  it('a first request with modern _meta makes the connection modern', async () => {
    const { result } = await client.call(1, 'echo', { text: 'hello' });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'hello' }] });
    expect(result._meta[SERVER_INFO]).toMatchObject({ name: 'pipes' });
  });

  it('initialize makes the connection legacy at the requested revision', async () => {
    const { result } = await client.initialize('2025-06-18');
    expect(result).toMatchObject({ protocolVersion: '2025-06-18', serverInfo: { name: 'pipes' } });
    const listed = await client.request(2, 'tools/list');
    expect(listed.result.resultType).toBeUndefined();
    expect(listed.result.tools[0].icons).toBeUndefined();
  });

  it('server/discover leaves the era open for a legacy client', async () => {
    expect((await client.modern('probe', 'server/discover')).result.supportedVersions).toEqual([MODERN]);
    expect((await client.initialize()).result.protocolVersion).toBe('2025-11-25');
  });

  it('server/discover leaves the era open for a modern client', async () => {
    await client.modern('probe', 'server/discover');
    expect((await client.call(1, 'echo', { text: 'x' })).result.content[0].text).toBe('x');
  });

  it('a first request without modern _meta is legacy even before initialize', async () => {
    expect((await client.request(1, 'tools/list')).error).toMatchObject({
      code: -32600,
      message: expect.stringContaining('initialize'),
    });
    expect((await client.initialize()).result.protocolVersion).toBe('2025-11-25');
  });

  it('a modern connection refuses initialize and requests without modern _meta', async () => {
    await client.call(1, 'echo', { text: 'x' });
    const { error } = await client.request(2, 'initialize', INITIALIZE);
    expect(error).toMatchObject({ code: -32022, data: { supported: [MODERN], requested: '2025-06-18' } });
    const unclaimed = await client.request(3, 'tools/list');
    expect(unclaimed.error).toMatchObject({ code: -32602, data: { invalid: [PROTOCOL_VERSION, CLIENT_CAPABILITIES] } });
    expect((await client.call(4, 'echo', { text: 'still' })).result.content[0].text).toBe('still');
  });

  it('a second initialize is refused and the session continues', async () => {
    await client.initialize();
    expect((await client.request(2, 'initialize', INITIALIZE)).error?.code).toBe(-32600);
    expect((await client.request(3, 'ping')).result).toEqual({});
  });

  it('requests that are sent together with initialize are served after it', async () => {
    const initialize = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: INITIALIZE });
    const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
    client.write(`${initialize}\n${list}\n`);
    expect((await client.answer(2)).result.tools.length).toBeGreaterThan(5);
    expect(client.messages.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('a client whose session was ended by the server can initialize again', async () => {
    await client.initialize();
    const { SessionStore } = await import('nestjs-mcp-fleet');
    const sessions = stdio.app.get(SessionStore);
    for await (const key of sessions.sessions()) await sessions.end(key);
    expect((await client.request(2, 'ping')).error?.message).toMatch(/initialize/);
    expect((await client.request(3, 'initialize', INITIALIZE)).result.protocolVersion).toBe('2025-06-18');
    expect((await client.request(4, 'ping')).result).toEqual({});
  });
});

describe('invalid modern _meta on a stdio connection', () => {
  it.each(['2027-01-01', 'v999.0.0', '2025-11-25', ''])(
    'a modern request of version %j is refused as unsupported, and the client may fall back',
    async (version) => {
      const { error } = await client.modern(1, 'tools/list', {}, { [PROTOCOL_VERSION]: version });
      expect(error).toMatchObject({ code: -32022, data: { supported: [MODERN], requested: version } });
      // A refused request leaves the era open: the client may fall back.
      expect((await client.initialize()).result).toBeDefined();
    },
  );

  it.each([
    ['no capabilities', { [CLIENT_CAPABILITIES]: undefined }, [CLIENT_CAPABILITIES]],
    ['capabilities that are a list', { [CLIENT_CAPABILITIES]: [] }, [CLIENT_CAPABILITIES]],
    ['a version that is a number', { [PROTOCOL_VERSION]: 2026 }, [PROTOCOL_VERSION]],
  ])('a modern request with %s is refused as invalid params', async (_what, meta, invalid) => {
    const { error } = await client.modern(1, 'tools/list', {}, meta);
    expect(error).toMatchObject({ code: -32602, data: { invalid } });
  });

  it('server/discover without modern _meta is refused with the missing keys', async () => {
    const { error } = await client.request(1, 'server/discover');
    expect(error).toMatchObject({ code: -32602, data: { invalid: [PROTOCOL_VERSION, CLIENT_CAPABILITIES] } });
  });
});

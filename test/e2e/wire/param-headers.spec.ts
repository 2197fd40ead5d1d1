import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

describe.each(ADAPTERS)('Mcp-Param-* headers on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter);
  });
  afterAll(() => wire.close());

  it('X-1 the input schema that clients get holds the nested header annotation', async () => {
    const { body } = await send(wire.port, modern('tools/list'));
    const tools = (JSON.parse(body) as JsonRpc).result!.tools as { name: string; inputSchema: any }[];
    const { properties } = tools.find(({ name }) => name === 'route')!.inputSchema;
    expect(properties.target.properties.region).toMatchObject({ type: 'string', 'x-mcp-header': 'Region' });
    expect(properties.shard).toMatchObject({ 'x-mcp-header': 'Shard' });
  });

  const berlin = { target: { region: 'Berlin' } };
  const accepted: [string, object, Record<string, string>][] = [
    ['X-4 nothing is annotated, nothing is sent', {}, {}],
    ['X-4 a nested argument and its header', berlin, { 'mcp-param-region': 'Berlin' }],
    ['B-5 coded without need', berlin, { 'Mcp-Param-REGION': '=?base64?QmVybGlu?=' }],
    ['B-2 coded of need', { target: { region: 'Zürich' } }, { 'mcp-param-region': '=?base64?WsO8cmljaA==?=' }],
    ['B-4 coded empty text', { target: { region: '' } }, { 'mcp-param-region': '=?base64??=' }],
    ['B-4 an empty header', { target: { region: '' } }, { 'mcp-param-region': '' }],
    ['X-6 a number', { shard: 42 }, { 'mcp-param-shard': '42' }],
    ['X-6 a number with a fraction of zero', { shard: 42 }, { 'mcp-param-shard': '42.0' }],
    ['X-6 zero', { shard: 0 }, { 'mcp-param-shard': '0' }],
    ['X-6 false', { dry: false }, { 'mcp-param-dry-run': 'false' }],
    ['X-7 an unknown one is ignored', {}, { 'mcp-param-unheard-of': '=?base64?!?=' }],
  ];
  it.each(accepted)('%s: the call is accepted', async (_rule, args, headers) => {
    const reply = await send(wire.port, call('route', { ...args }, { headers }));
    expect(reply.status).toBe(200);
    expect((JSON.parse(reply.body) as JsonRpc).result).not.toHaveProperty('isError');
  });

  const refused: [string, object, Record<string, string | string[]>][] = [
    ['X-5 the header is missing', berlin, {}],
    ['X-4 the value differs', berlin, { 'mcp-param-region': 'Paris' }],
    ['X-4 the case differs', berlin, { 'mcp-param-region': 'berlin' }],
    ['X-4 one of two differs', { ...berlin, shard: 1 }, { 'mcp-param-region': 'Berlin', 'mcp-param-shard': '2' }],
    ['A-24 the argument is absent', {}, { 'mcp-param-region': 'Berlin' }],
    ['A-24 the argument is null', { target: { region: null } }, { 'mcp-param-region': 'Berlin' }],
    ['A-24 the object around it is absent', { shard: 1 }, { 'mcp-param-shard': '1', 'mcp-param-region': '' }],
    ['B-3 broken Base64', berlin, { 'mcp-param-region': '=?base64?QmVybGlu=?=' }],
    ['X-7 raw Latin-1', { target: { region: 'Zürich' } }, { 'mcp-param-region': 'Z\u00fcrich' }],
    ['X-6 True is not true', { dry: true }, { 'mcp-param-dry-run': 'True' }],
    ['X-6 a hexadecimal number', { shard: 42 }, { 'mcp-param-shard': '0x2a' }],
    ['H-10 a header sent twice', berlin, { 'mcp-param-region': ['Berlin', 'Berlin'] }],
  ];
  it.each(refused)('%s: the call is refused with -32020', async (_rule, args, headers) => {
    const reply = await send(wire.port, call('route', { ...args }, { headers, id: 'r' }));
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ id: 'r', error: { code: -32020 } });
  });

  it('X-9 a legacy call needs no parameter headers', async () => {
    const session = await LegacySession.open(wire.port);
    expect(await session.call('route', berlin)).not.toHaveProperty('result.isError');
  });

  it('X-9 a call in process needs no parameter headers', async () => {
    expect(await wire.mcp.callTool('route', berlin)).not.toHaveProperty('isError');
  });
});

import { Client, StreamableHTTPClientTransport, type CallToolResult } from '@modelcontextprotocol/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSample, type SampleProcess } from '../fixtures/processes/sample-process.js';
import { OutputWatch } from './output-watch.js';

type Mode = 'auto' | 'legacy';
const MODES: readonly Mode[] = ['auto', 'legacy'];
const SAMPLE = '07-existing-application';
const PATH = '/api/v1/mcp';
const PASSWORDS = { ada: 'lovelace', bob: 'builder', cleo: 'patra' };

let sample: SampleProcess;
let output: OutputWatch;
const clients: Client[] = [];

async function tokenOf(name: keyof typeof PASSWORDS): Promise<string> {
  const answer = await fetch(new URL('/api/v1/auth/login', sample.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: PASSWORDS[name] }),
  });
  return ((await answer.json()) as { token: string }).token;
}

async function connect(name: keyof typeof PASSWORDS, mode: Mode = 'auto'): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode }, capabilities: { elicitation: {} } },
  );
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { confirmed: true } }));
  const headers = { authorization: `Bearer ${await tokenOf(name)}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(sample.url), { requestInit: { headers } }));
  clients.push(client);
  return client;
}

const textOf = ({ content }: CallToolResult): string => (content[0] as { text: string }).text;

function runs(env: Record<string, string> = {}): void {
  beforeAll(async () => {
    sample = await startSample(SAMPLE, { NO_COLOR: '1', ...env }, PATH);
    output = new OutputWatch(sample.child);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    expect(await sample.stop()).toBe(0);
  });
}

describe('sample 07-existing-application', () => {
  runs();

  it('its guard answers anonymous requests of every method with 401, before a session exists', async () => {
    for (const method of ['initialize', 'tools/list', 'tools/call', 'ping']) {
      const { status } = await fetch(sample.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} }),
      });
      expect(status, method).toBe(401);
    }
  });

  it.each(MODES)('its routes and its own tools are listed (%s)', async (mode) => {
    const { tools } = await (await connect('ada', mode)).listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      ...['get_customer', 'place_order'],
      ...['products_change', 'products_create', 'products_get', 'products_list', 'products_remove', 'refund_order'],
    ]);
    const { inputSchema, annotations } = tools.find(({ name }) => name === 'products_get')!;
    expect(inputSchema).toMatchObject({ properties: { id: { type: 'integer' } }, required: ['id'] });
    expect(annotations).toMatchObject({ readOnlyHint: true });
  });

  it.each(MODES)(
    'a tool works in the shop of its caller, and leaves out what the serializer leaves out (%s)',
    async (mode) => {
      const lists = await Promise.all(
        (['ada', 'cleo'] as const).map(async (name) =>
          textOf(await (await connect(name, mode)).callTool({ name: 'products_list', arguments: {} })),
        ),
      );
      expect(lists[0]).toContain('Lantern');
      expect(lists[1]).toContain('Parasol');
      expect(lists[1]).not.toContain('Lantern');
      expect(lists.join()).not.toMatch(/purchasePrice|tenant/);
    },
  );

  it.each(MODES)('the roles of a route and of a tool decide who may call them (%s)', async (mode) => {
    const bob = await connect('bob', mode);
    const product = { name: 'Rope', price: 900, purchasePrice: 300, stock: 4 };
    await expect(bob.callTool({ name: 'products_create', arguments: product })).rejects.toMatchObject({ code: 403 });
    await expect(bob.callTool({ name: 'refund_order', arguments: { id: 1 } })).rejects.toMatchObject({ code: 403 });
    const ada = await connect('ada', mode);
    const { structuredContent } = await ada.callTool({ name: 'products_create', arguments: product });
    expect(structuredContent).toMatchObject({ name: 'Rope', price: 900 });
  });

  it.each(MODES)('an order is entered by who asks, and refunded once the user has confirmed it (%s)', async (mode) => {
    const ada = await connect('ada', mode);
    const order = { customerId: 1, productId: 1, quantity: 1 };
    const { structuredContent: placed } = await ada.callTool({ name: 'place_order', arguments: order });
    expect(placed).toMatchObject({ enteredBy: 'ada', status: 'placed', total: 2500 });
    const { id } = placed as { id: number };
    const { structuredContent: refunded } = await ada.callTool({ name: 'refund_order', arguments: { id } });
    expect(refunded).toMatchObject({ id, status: 'refunded' });
  });

  it('an exception of a route is an answer that a model can read', async () => {
    const result = await (await connect('ada')).callTool({ name: 'products_get', arguments: { id: 404 } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain('There is no product 404.');
  });

  it('the log has one line for a request, with the name of the tool', async () => {
    const from = output.mark();
    await (await connect('ada')).callTool({ name: 'products_list', arguments: {} });
    await output.until('"mcp":{"method":"tools/call","name":"products_list"}', from);
    expect(output.count('"name":"products_list"', from)).toBe(1);
  });

  it('the OpenAPI document has no route of the endpoint, and the health check knows the server', async () => {
    const document = (await (await fetch(new URL('/docs-json', sample.url))).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain('/api/v1/products');
    expect(Object.keys(document.paths).join()).not.toContain('mcp');
    const health = await (await fetch(new URL('/api/v1/health', sample.url))).json();
    expect(health).toMatchObject({ status: 'ok', info: { mcp: { status: 'up' } } });
  });
});

describe('sample 07-existing-application with a limit', () => {
  runs({ REQUESTS_PER_MINUTE: '5' });

  it('requests that open sessions count for the throttler', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf('ada')}` };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push((await fetch(sample.url, { method: 'POST', headers, body })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });
});

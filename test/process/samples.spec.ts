import {
  Client,
  StreamableHTTPClientTransport,
  type CallToolResult,
  type Progress,
} from '@modelcontextprotocol/client';
import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSample, type SampleProcess } from '../fixtures/processes/sample-process.js';
import { OutputWatch } from './output-watch.js';

type Mode = 'auto' | 'legacy';
const ADAPTERS = ['fastify', 'express'];
const MODES: readonly Mode[] = ['auto', 'legacy'];
const PROMPT_MS = 3000;

let sample: SampleProcess;
let output: OutputWatch;
const clients: Client[] = [];

function runs(name: string, env: Record<string, string>): void {
  beforeAll(async () => {
    sample = await startSample(name, { NO_COLOR: '1', ...env });
    output = new OutputWatch(sample.child);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    const asked = performance.now();
    expect(await sample.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(PROMPT_MS);
  });
}

async function connect(mode: Mode, token?: string): Promise<Client> {
  const client = new Client({ name: 'smoke', version: '1.0.0' }, { versionNegotiation: { mode } });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(sample.url), { requestInit: { headers } }));
  clients.push(client);
  return client;
}

const textOf = ({ content }: CallToolResult): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');

describe('sample 11-skills-and-apps', () => {
  runs('11-skills-and-apps', {});

  it.each(MODES)('a %s client reads a skill, and the page that shows the incidents', async (mode) => {
    const client = await connect(mode);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      'skill://desk/escalation/SKILL.md',
      'skill://desk/incident/SKILL.md',
      'ui://on-call-desk/board',
    ]);
    const severity = await client.readResource({ uri: 'skill://desk/incident/references/severity.md' });
    expect(severity.contents[0]).toMatchObject({
      mimeType: 'text/markdown',
      text: expect.stringContaining('# Severity'),
    });
    const board = await client.readResource({ uri: 'ui://on-call-desk/board' });
    expect(board.contents[0]).toMatchObject({ mimeType: 'text/html;profile=mcp-app' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['hand_over', 'incidents', 'open_incident']);
  });

  it('a shift that is handed over changes a skill', async () => {
    const client = await connect('auto');
    expect(textOf(await client.callTool({ name: 'hand_over', arguments: { name: 'Grace' } }))).toContain(
      'Grace is on call',
    );
    const { contents } = await client.readResource({ uri: 'skill://desk/escalation/SKILL.md' });
    expect(contents[0]).toMatchObject({ text: expect.stringContaining('Grace is on call') });
  });
});

describe.each(ADAPTERS)('sample 02-dto-and-enhancers over %s', (HTTP_ADAPTER) => {
  runs('02-dto-and-enhancers', { HTTP_ADAPTER });

  const call = async (token: string | undefined, name: string, args: Record<string, unknown>, mode: Mode = 'auto') =>
    (await connect(mode, token)).callTool({ name, arguments: args });

  const order = {
    customer: { name: 'Grace', email: 'grace@example.com' },
    lines: [
      { description: 'Compiler', unitPrice: 5000 },
      { description: 'Manual', unitPrice: 700, quantity: 3 },
    ],
    payment: { kind: 'transfer' },
  };

  it.each(MODES)('a nested DTO arrives with its defaults, and the result is structured (%s)', async (mode) => {
    const { structuredContent } = await call('alice-token', 'issue_invoice', order, mode);
    expect(structuredContent).toMatchObject({ customer: 'Grace', currency: 'EUR', total: 7100, status: 'open' });
    // The class of the payment follows from its `kind`, and its days are a default.
    expect(new Date((structuredContent as { due: string }).due).getTime()).toBeGreaterThan(Date.now());
    // From the request-scoped provider.
    expect(structuredContent).toMatchObject({ clerk: 'alice' });
    await output.until('issue_invoice for alice took');
  });

  it('the other kind of payment arrives as an instance of the other class', async () => {
    const card = { ...order, currency: 'JPY', payment: { kind: 'card', lastFour: '4242' } };
    const { structuredContent } = await call('alice-token', 'issue_invoice', card);
    expect(structuredContent).toMatchObject({ currency: 'JPY', status: 'paid' });
    expect(structuredContent).not.toHaveProperty('due');
  });

  it('invalid arguments are reported one by one with their paths', async () => {
    const result = await call('alice-token', 'issue_invoice', {
      customer: { name: '', email: 'nobody' },
      lines: [
        { description: 'Compiler', unitPrice: -1 },
        { description: 5, unitPrice: 1, quantity: 0 },
      ],
      payment: { kind: 'card', lastFour: '12' },
      currency: 'GBP',
      discount: 100,
    });
    expect(result.isError).toBe(true);
    const places = textOf(result)
      .split('\n')
      .slice(1)
      .map((line) => line.split(':')[0]);
    expect(new Set(places)).toEqual(
      new Set([
        ...['customer.name', 'customer.email', 'lines[0].unitPrice', 'lines[1].description', 'lines[1].quantity'],
        ...['payment.lastFour', 'currency', 'discount'],
      ]),
    );
  });

  it.each(MODES)('the guard of the class denies access before the arguments are validated (%s)', async (mode) => {
    await expect(call('bob-token', 'find_invoice', { number: 'junk' }, mode)).rejects.toMatchObject({ code: 403 });
  });

  it('the global guard denies anonymous access to the MCP endpoint and to the route', async () => {
    const refused = { code: 'CLIENT_HTTP_AUTHENTICATION' };
    await expect(call(undefined, 'find_invoice', { number: 'INV-0001' })).rejects.toMatchObject(refused);
    const route = new URL('/invoices', sample.url);
    expect((await fetch(route)).status).toBe(401);
    const answer = await fetch(route, { headers: { authorization: 'Bearer bob-token' } });
    expect(await answer.json()).toContainEqual(expect.objectContaining({ number: 'INV-0001' }));
  });

  it('a client with an invalid token cannot connect', async () => {
    await expect(connect('auto', 'stolen')).rejects.toThrow();
  });

  it('the pipe finds the invoice, and the filter explains a domain error to the model', async () => {
    const found = await call('alice-token', 'find_invoice', { number: 'INV-0001' });
    expect(found.structuredContent).toMatchObject({ number: 'INV-0001', customer: 'Ada' });
    const missing = await call('alice-token', 'find_invoice', { number: 'INV-9999' });
    expect(missing).toMatchObject({ isError: true });
    expect(textOf(missing)).toBe('There is no invoice INV-9999. Nothing was changed.');
    await call('alice-token', 'pay_invoice', { number: 'INV-0001' });
    const twice = await call('alice-token', 'pay_invoice', { number: 'INV-0001' });
    expect(twice).toMatchObject({ isError: true });
    expect(textOf(twice)).toBe('INV-0001 is paid already. Nothing was changed.');
  });

  it('a result that violates its own schema is hidden from the client and explained in the log', async () => {
    const even = await call('alice-token', 'split_invoice', { number: 'INV-0001', parts: 2 });
    expect(even.structuredContent).toEqual({ number: 'INV-0001', parts: 2, each: 600 });
    const odd = await call('alice-token', 'split_invoice', { number: 'INV-0001', parts: 7 });
    expect(odd).toMatchObject({ isError: true });
    expect(odd.structuredContent).toBeUndefined();
    expect(textOf(odd)).toBe('Internal error');
    await output.until('does not fit the output schema: each');
  });
});

describe.each(ADAPTERS)('sample 10-observability over %s', (HTTP_ADAPTER) => {
  runs('10-observability', { HTTP_ADAPTER });

  const read = async (path: string): Promise<string> => (await fetch(new URL(path, sample.url))).text();

  it.each(MODES)('a call is a trace, a metric, and nothing that is secret (%s)', async (mode) => {
    const client = await connect(mode);
    await client.callTool({ name: 'price', arguments: { item: 'tea' } });
    // It asks a client that cannot be asked.
    await client.callTool({ name: 'order', arguments: { item: 'tea', voucher: 'a-secret' } }).catch(() => undefined);
    expect(await read('/traces')).toMatch(/^tools\/call price [\d.]+ ms ok\n {2}look up the price/m);
    const metrics = await read('/metrics');
    expect(metrics).toMatch(/mcp_server_operation_duration_count\{.*gen_ai_tool_name="price".*\} \d/);
    expect(metrics).toMatch(/mcp_fleet_broker_up\{.*\} 1/);
    expect(JSON.parse(await read('/health'))).toMatchObject({ status: 'ok', info: { mcp: { broker: 'up' } } });
    expect(metrics + (await read('/traces'))).not.toContain('a-secret');
  });
});

describe.each(ADAPTERS)('sample 03-streaming over %s', (HTTP_ADAPTER) => {
  runs('03-streaming', { HTTP_ADAPTER, SHELF_MS: '40' });

  it.each(MODES)(
    'the progress of an Observable arrives in order, and its last value is the result (%s)',
    async (mode) => {
      const client = await connect(mode);
      const steps: Progress[] = [];
      const result = await client.callTool({ name: 'take_inventory' }, { onprogress: (step) => steps.push(step) });
      expect(steps.map(({ progress, total, message }) => `${progress}/${total} ${message}`)).toEqual(
        [1, 2, 3, 4, 5].map((shelf) => `${shelf}/5 Counted shelf ${shelf}`),
      );
      expect(result.structuredContent).toEqual({ shelves: 5, titles: 8 });
    },
  );

  it.each(MODES)(
    'the progress of an async generator arrives in order, and its last value is the result (%s)',
    async (mode) => {
      const client = await connect(mode);
      const steps: number[] = [];
      const onprogress = ({ progress }: Progress) => steps.push(progress);
      const result = await client.callTool({ name: 'search', arguments: { word: 'BREAD' } }, { onprogress });
      expect(steps).toEqual([1, 2, 3, 4, 5]);
      expect(textOf(result)).toBe('Bread\nBread, again');
    },
  );

  describe.each(MODES)('cancellation (%s)', (mode) => {
    it.each([
      ['search', { word: 'tide' }, 'Searching', 'The search was called off'],
      ['take_inventory', {}, 'Counting', 'The inventory was called off'],
    ])('cancelling the tool %s stops its work and not only its response', async (name, args, doing, calledOff) => {
      const client = await connect(mode);
      const from = output.mark();
      const controller = new AbortController();
      const onprogress = ({ progress }: Progress) => progress === 2 && controller.abort('seen enough');
      const called = client.callTool({ name, arguments: args }, { onprogress, signal: controller.signal });
      await expect(called).rejects.toThrow();
      await output.until(calledOff, from);
      const shelves = output.count(`${doing} shelf`, from);
      expect(shelves).toBeLessThan(5);
      // This takes as long as the rest would have taken.
      await client.callTool(
        name === 'search' ? { name: 'take_inventory' } : { name: 'search', arguments: { word: 'x' } },
      );
      expect(output.count(`${doing} shelf`, from)).toBe(shelves);
    });
  });

  it('the client of sample 03 sees every step, including the tool registered at run time', async () => {
    const child = spawn(process.execPath, ['build/sample/03-streaming/client.js', sample.url], { stdio: 'pipe' });
    const seen = new OutputWatch(child);
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code, seen.text).toBe(0);
    expect(seen.text).toContain('Connected, speaking 2026-07-28');
    expect(seen.text).toContain('5/5 Counted shelf 5');
    expect(seen.text).toContain('Called off.');
    expect(seen.text).toMatch(/find_kingfishers, .*take_inventory/);
    expect(seen.text).toContain('The last kingfisher');
  });

  it.each(MODES)(
    'a saved search appears and disappears as a tool, and listening clients are notified (%s)',
    async (mode) => {
      const client = await connect(mode);
      let onChange = () => {};
      const changed = () => new Promise<void>((resolve) => (onChange = resolve));
      client.setNotificationHandler('notifications/tools/list_changed', () => onChange());
      if (mode === 'auto') await client.listen({ toolsListChanged: true });
      for (const [name, args] of [
        ['save_search', { name: 'tides', word: 'tide' }],
        ['forget_search', { name: 'tides' }],
      ] as const) {
        const notified = changed();
        await client.callTool({ name, arguments: args });
        await notified;
        const { tools } = await client.listTools();
        expect(tools.some((tool) => tool.name === 'find_tides')).toBe(name === 'save_search');
      }
    },
  );

  it('sample 03 exits promptly while a client listens', async () => {
    const own = await startSample('03-streaming', { HTTP_ADAPTER });
    const client = new Client({ name: 'smoke', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(own.url)));
    const subscription = await client.listen({ toolsListChanged: true });
    const asked = performance.now();
    expect(await own.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(PROMPT_MS);
    expect(await subscription.closed).toBe('graceful');
    await client.close();
  });
});

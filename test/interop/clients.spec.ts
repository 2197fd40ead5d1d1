import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSample, type SampleProcess } from '../fixtures/processes/sample-process.js';

const INFO = { name: 'interop', version: '1.0.0' };
const LEGACY = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const SAMPLE = { command: process.execPath, args: ['build/sample/01-quickstart/main.js', '--stdio'] };

/** The methods that all official clients share. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(params: { name: string; arguments: Record<string, string> }): Promise<unknown>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>;
  readResource(params: { uri: string }): Promise<unknown>;
  complete(params: {
    ref: { type: 'ref/prompt'; name: string };
    argument: { name: string; value: string };
  }): Promise<unknown>;
}

async function useEverything(client: AnyClient): Promise<void> {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['forecast', 'report']);
  const called = await client.callTool({ name: 'forecast', arguments: { city: 'Oslo', days: 1 } });
  expect(called).toMatchObject({ content: [{ type: 'text', text: 'Day 1: 9 °C' }] });
  const wrong = await client.callTool({ name: 'forecast', arguments: { city: 'Oslo', days: 99 } });
  expect(wrong).toMatchObject({ isError: true });
  const { prompts } = await client.listPrompts();
  expect(prompts.map(({ name }) => name)).toEqual(['plan']);
  const plan = await client.getPrompt({ name: 'plan', arguments: { city: 'Oslo' } });
  expect(plan).toMatchObject({ messages: [{ role: 'user' }] });
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates).toMatchObject([{ uriTemplate: 'weather://{city}/now' }]);
  const read = await client.readResource({ uri: 'weather://Oslo/now' });
  expect(read).toMatchObject({ contents: [{ text: '{"city":"Oslo","degrees":9}' }] });
  await expect(client.readResource({ uri: 'weather://Nowhere/now' })).rejects.toThrow(/not found/i);
  const completed = await client.complete({
    ref: { type: 'ref/prompt', name: 'plan' },
    argument: { name: 'city', value: 'o' },
  });
  expect(completed).toMatchObject({ completion: { values: ['Oslo'] } });
}

describe.each(['fastify', 'express'])('official clients over %s', (HTTP_ADAPTER) => {
  let sample: SampleProcess;
  beforeAll(async () => {
    sample = await startSample('01-quickstart', { HTTP_ADAPTER });
  });
  afterAll(async () => {
    expect(await sample.stop()).toBe(0);
  });

  it('client 2.4.0 negotiates the modern revision by itself over HTTP and uses every feature', async () => {
    const client = new Client(INFO, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(sample.url)));
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    await useEverything(client as unknown as AnyClient);
    await client.close();
  });

  it.each(LEGACY)('client 2.4.0 limited to %s uses every feature over HTTP', async (version) => {
    const client = new Client(INFO, { versionNegotiation: { mode: 'legacy' }, supportedProtocolVersions: [version] });
    const transport = new StreamableHTTPClientTransport(new URL(sample.url));
    await client.connect(transport);
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    await useEverything(client as unknown as AnyClient);
    await transport.terminateSession();
    await client.close();
  });

  it('sdk 1.32.2 uses every feature over HTTP', async () => {
    const client = new ClientV1(INFO);
    await client.connect(new TransportV1(new URL(sample.url)));
    await useEverything(client as unknown as AnyClient);
    await client.close();
  });

  it('sdk 1.32.2 subscribes to a resource over HTTP and is notified of its update', async () => {
    const { ResourceUpdatedNotificationSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const client = new ClientV1(INFO);
    await client.connect(new TransportV1(new URL(sample.url)));
    const updated = new Promise<string>((resolve) => {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => resolve(params.uri));
    });
    await client.subscribeResource({ uri: 'weather://Quito/now' });
    await client.callTool({ name: 'report', arguments: { city: 'Quito', degrees: 18 } });
    expect(await updated).toBe('weather://Quito/now');
    await client.close();
  });
});

describe('official clients over stdio', () => {
  it('client 2.4.0 negotiates the modern revision by itself over stdio and uses every feature', async () => {
    const client = new Client(INFO, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StdioClientTransport(SAMPLE));
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    await useEverything(client as unknown as AnyClient);
    await client.close();
  });

  it.each(LEGACY)('client 2.4.0 limited to %s uses every feature over stdio', async (version) => {
    const client = new Client(INFO, { versionNegotiation: { mode: 'legacy' }, supportedProtocolVersions: [version] });
    await client.connect(new StdioClientTransport(SAMPLE));
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    await useEverything(client as unknown as AnyClient);
    await client.close();
  });

  it('sdk 1.32.2 uses every feature over stdio', async () => {
    const client = new ClientV1(INFO);
    await client.connect(new StdioV1(SAMPLE));
    await useEverything(client as unknown as AnyClient);
    await client.close();
  });
});

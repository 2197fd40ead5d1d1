import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTripServer, type TripServer } from '../../fixtures/applications/trip-server.js';

const INFO = { name: 'interaction', version: '1.0.0' };
const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

/** The modern revision, the newest legacy one, and that with the client most people have. */
const MODES = ['auto', 'legacy', 'sdk 1.32.2'] as const;
type Mode = (typeof MODES)[number];
type Handler = (request: { params?: { message?: string } }) => Promise<unknown>;

async function open(url: string, mode: Mode, handler?: Handler): Promise<Client> {
  const capabilities = handler ? CAPABILITIES : {};
  if (mode !== 'sdk 1.32.2') {
    const client = new Client(INFO, { capabilities, versionNegotiation: { mode } });
    const methods = ['elicitation/create', 'sampling/createMessage', 'roots/list'] as const;
    for (const method of handler ? methods : []) client.setRequestHandler(method, handler as never);
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    return client;
  }
  const client = new ClientV1(INFO, { capabilities });
  const schemas = [ElicitRequestSchema, CreateMessageRequestSchema, ListRootsRequestSchema];
  for (const schema of handler ? schemas : []) client.setRequestHandler(schema, handler as never);
  await client.connect(new TransportV1(new URL(url)));
  return client as unknown as Client;
}

/** Answers the questions of the server and records them. */
async function connect(url: string, mode: Mode, answers: Record<string, unknown>[]) {
  const asked: string[] = [];
  const client = await open(url, mode, async ({ params }) => {
    asked.push(params?.message ?? '');
    return answers.shift();
  });
  return { client, asked };
}

const text = (result: unknown): string =>
  (result as { content: { text: string }[] }).content.map((c) => c.text).join('');

describe.each(['fastify', 'express'] as const)('over %s', (adapter) => {
  let server: TripServer;
  beforeAll(async () => {
    server = await startTripServer(adapter);
  });
  afterAll(() => server.close());

  describe.each(MODES)('a client in mode %s', (mode) => {
    it('one handler asks a client twice, and its earlier step runs only once', async () => {
      const before = server.steps();
      const { client, asked } = await connect(server.url, mode, [
        { action: 'accept', content: { region: 'north' } },
        { action: 'accept', content: { travellers: 2 } },
      ]);
      const result = await client.callTool({ name: 'book', arguments: { city: 'Lisbon' } });
      expect(text(result)).toBe('Lisbon north 2');
      expect(asked).toEqual(['Which part of Lisbon?', 'Who travels?']);
      expect(server.steps() - before).toBe(1);
      await client.close();
    });

    it('one handler receives the decline of its client', async () => {
      const { client } = await connect(server.url, mode, [{ action: 'decline' }]);
      expect(text(await client.callTool({ name: 'book', arguments: { city: 'Lisbon' } }))).toBe('declined');
      await client.close();
    });

    it('one handler asks its client several questions in one round', async () => {
      const { client, asked } = await connect(server.url, mode, [
        { action: 'accept', content: { region: 'north' } },
        { action: 'accept', content: { region: 'south' } },
      ]);
      const result = await client.callTool({ name: 'two_at_once', arguments: {} });
      expect(text(result)).toBe('north south');
      expect(asked).toHaveLength(2);
      await client.close();
    });

    it('one handler samples, lists the roots and opens a URL at its client', async () => {
      const { client } = await connect(server.url, mode, [
        { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm' },
        { roots: [{ uri: 'file:///work' }] },
        { action: 'accept' },
      ]);
      const result = await client.callTool({ name: 'all_kinds', arguments: {} });
      expect(text(result)).toBe('Paris file:///work accept');
      await client.close();
    });

    it('a handler that returns inputRequired() asks its client', async () => {
      const { client } = await connect(server.url, mode, [{ action: 'accept', content: { name: 'Ada' } }]);
      expect(text(await client.callTool({ name: 'explicit', arguments: {} }))).toBe('Hello, Ada, round 1');
      await client.close();
    });

    it('an invalid answer is asked for again, by the server in the legacy era and by the retry in the modern one', async () => {
      const { client, asked } = await connect(server.url, mode, [
        { action: 'accept', content: { region: 'elsewhere' } },
        { action: 'accept', content: { region: 'south' } },
        { action: 'accept', content: { travellers: 1 } },
      ]);
      expect(text(await client.callTool({ name: 'book', arguments: { city: 'Rome' } }))).toBe('Rome south 1');
      expect(asked).toHaveLength(3);
      await client.close();
    });

    it('prompts and resources ask their client too', async () => {
      const { client } = await connect(server.url, mode, [
        { action: 'accept', content: { region: 'north' } },
        { action: 'accept', content: { region: 'south' } },
      ]);
      expect(await client.getPrompt({ name: 'plan', arguments: {} })).toMatchObject({
        messages: [{ content: { text: 'Go north' } }],
      });
      expect(await client.readResource({ uri: 'trip://region' })).toMatchObject({ contents: [{ text: 'south' }] });
      await client.close();
    });

    it('a client without the capability gets an error that names what is missing', async () => {
      const client = await open(server.url, mode);
      const call = client.callTool({ name: 'book', arguments: { city: 'Lisbon' } });
      if (mode !== 'auto') expect(await call).toMatchObject({ isError: true });
      else await expect(call).rejects.toMatchObject({ code: -32021 });
      await client.close();
    });
  });
});

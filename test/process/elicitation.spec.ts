import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSample, type SampleProcess } from '../fixtures/processes/sample-process.js';
import { OutputWatch } from './output-watch.js';

const run = promisify(execFile);
const SAMPLE = 'build/sample/05-elicitation';
const BOOKED = /^Booked [0-9a-f]{8}: Lisbon \(south\) for 2 with pets\.$/;

describe.each(['fastify', 'express'])('sample 05-elicitation over %s', (HTTP_ADAPTER) => {
  let sample: SampleProcess;
  let output: OutputWatch;
  beforeAll(async () => {
    sample = await startSample('05-elicitation', { HTTP_ADAPTER, NO_COLOR: '1' });
    output = new OutputWatch(sample.child);
  });
  afterAll(async () => {
    expect(await sample.stop()).toBe(0);
  });

  it.each([
    [[], '2026-07-28'],
    [['--legacy'], '2025-11-25'],
  ])('the client of sample 05 with the flags %j is asked twice, and one trip is reserved', async (flags, revision) => {
    const { stdout } = await run(process.execPath, [`${SAMPLE}/client.js`, sample.url, ...flags]);
    const [first, region, party, booked] = stdout.trim().split('\n');
    expect(first).toBe(`Revision ${revision}`);
    expect([region, party]).toEqual([
      '? Which part of Lisbon? {"region":"south"}',
      '? Who travels? {"travellers":2,"pets":true}',
    ]);
    expect(booked!.slice(2)).toMatch(BOOKED);
    const reference = booked!.split(' ')[2]!.slice(0, -1);
    await output.until(`reserved ${reference} for Lisbon`);
  });
});

describe('sample 05-elicitation over stdio', () => {
  const info = { name: 'traveller', version: '1.0.0' };
  const capabilities = { elicitation: { form: {} } };
  const server = { command: process.execPath, args: [`${SAMPLE}/main.js`, '--stdio'], stderr: 'ignore' as const };
  const book = { name: 'book', arguments: { city: 'Lisbon' } };
  const answer = async ({ params }: { params: { message: string } }) => ({
    action: 'accept' as const,
    content: (params.message.startsWith('Which') ? { region: 'south' } : { travellers: 2, pets: true }) as Record<
      string,
      string
    >,
  });
  const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]!.text;

  it.each(['auto', 'legacy'] as const)(
    'client 2.4.0 in mode %s answers the questions of sample 05 over stdio and books a trip',
    async (mode) => {
      const client = new Client(info, { capabilities, versionNegotiation: { mode } });
      client.setRequestHandler('elicitation/create', answer);
      await client.connect(new StdioClientTransport(server));
      expect(client.getNegotiatedProtocolVersion()).toBe(mode === 'auto' ? '2026-07-28' : '2025-11-25');
      expect(textOf(await client.callTool(book))).toMatch(BOOKED);
      await client.close();
    },
  );

  it('sdk 1.32.2 answers the questions of sample 05 over stdio and books a trip', async () => {
    const client = new ClientV1(info, { capabilities });
    client.setRequestHandler(ElicitRequestSchema, answer as never);
    await client.connect(new StdioV1(server));
    expect(textOf(await client.callTool(book))).toMatch(BOOKED);
    await client.close();
  });
});

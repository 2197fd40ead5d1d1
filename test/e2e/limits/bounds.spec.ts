import { Injectable } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, AuditSink, McpContext, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-fleet';
import { nestApp, startError, type AdapterName, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, type EraName } from '../../fixtures/clients/era-client.js';
import { RecordingSink } from '../../fixtures/security/recording-sink.js';

const aborted: string[] = [];

const never = (ctx: McpContext): Promise<never> =>
  new Promise((_resolve, reject) => {
    ctx.signal.addEventListener('abort', () => {
      const { reason } = ctx.signal as { reason: unknown };
      aborted.push(`${ctx.name} ${reason instanceof CancelledError}`);
      reject(new Error('stopped'));
    });
  });

@Injectable()
class Tools {
  @McpTool()
  slow(ctx: McpContext): Promise<never> {
    return never(ctx);
  }
  @McpTool()
  deaf(): Promise<never> {
    return new Promise(() => {});
  }
  @McpTool()
  quick(): string {
    return 'done';
  }
  @McpTool({ timeoutMs: 60_000 })
  async patient(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 120));
    return 'done';
  }
  @McpResource({ uri: 'slow://thing', timeoutMs: 30 })
  thing(ctx: McpContext): Promise<never> {
    return never(ctx);
  }
  @McpPrompt()
  plan(ctx: McpContext): Promise<never> {
    return never(ctx);
  }
  @McpTool()
  large(): string {
    return 'é'.repeat(5000);
  }
  @McpTool()
  small(): string {
    return 'e'.repeat(5000);
  }
  @McpResource({ uri: 'large://thing' })
  largeThing(): string {
    return 'é'.repeat(5000);
  }
}

const CASES: readonly (readonly [EraName, AdapterName, 'controller' | 'direct'])[] = [
  ['modern', 'fastify', 'controller'],
  ['legacy', 'express', 'direct'],
];

describe.each(CASES)('the bounds of a %s call on %s, mounted %s', (era, adapter, mount) => {
  const sink = new RecordingSink();
  let app: NestApp;
  let client: EraClient;
  beforeAll(async () => {
    const providers = [Tools, { provide: AuditSink, useValue: sink }];
    app = await nestApp({ providers }, { adapter, mcp: { mount, callTimeoutMs: 50, maxResultBytes: 8000 } });
    client = await EraClient.open(era, app.port);
  });
  afterAll(() => app.close());

  it('a tool that takes too long is stopped, and the model reads that', async () => {
    expect((await client.tool('slow')).result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'The call took longer than 50 ms and was stopped' }],
    });
    expect(aborted).toContain('slow true');
    expect(sink.about('slow')).toMatchObject([{ outcome: 'timeout' }]);
  });

  it('a tool that ignores its signal is answered as well, and nothing of it is logged', async () => {
    expect((await client.tool('deaf')).result).toMatchObject({ isError: true });
    expect(app.logs.errors).toEqual([]);
    expect(app.mcp.health().open.requests).toBe(0);
  });

  it('resources and prompts are answered with an error', async () => {
    const resource = await client.call('resources/read', { uri: 'slow://thing' });
    expect(resource.error).toMatchObject({ code: -32603, data: { timeoutMs: 30 } });
    const prompt = await client.call('prompts/get', { name: 'plan' });
    expect(prompt.error).toMatchObject({ code: -32603, data: { timeoutMs: 50 } });
  });

  it('a primitive may have more time than the others, and what is quick is not touched', async () => {
    expect((await client.tool('patient')).result).toMatchObject({ content: [{ text: 'done' }] });
    expect((await client.tool('quick')).result).toMatchObject({ content: [{ text: 'done' }] });
  });

  it('a result that is too large in bytes is not sent, and the model reads that', async () => {
    const { result, body } = await client.tool('large');
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('more than 8000 bytes') }],
    });
    expect(body.length).toBeLessThan(1000);
    expect((await client.tool('small')).result).toMatchObject({ content: [{ text: 'e'.repeat(5000) }] });
    const read = await client.call('resources/read', { uri: 'large://thing' });
    expect(read.error).toMatchObject({ code: -32603, data: { maxResultBytes: 8000 } });
  });

  it('the result of a call in process is bounded in the same way', async () => {
    await expect(app.mcp.callTool('slow')).resolves.toMatchObject({ isError: true });
    await expect(app.mcp.callTool('large')).resolves.toMatchObject({ isError: true });
  });
});

it.each([
  ['callTimeoutMs', 0],
  ['callTimeoutMs', 1.5],
  ['maxResultBytes', '1'],
])('the option %s must not be %o', async (name, value) => {
  const message = await startError({}, { mcp: { [name]: value } }).catch((error: Error) => error.message);
  expect(message).toContain(`McpModule option "${name}"`);
});

it('a time that makes no sense is refused at the start', async () => {
  @Injectable()
  class Bad {
    @McpTool({ timeoutMs: -1 })
    tool(): string {
      return 'never';
    }
  }
  expect(await startError({ providers: [Bad] })).toContain('Bad.tool: its "timeoutMs" is -1');
});

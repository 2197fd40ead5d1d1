import { afterEach, describe, expect, it } from 'vitest';
import { AuditSink, principalId, type Principal } from 'nestjs-mcp-fleet';
import { RecordingSink } from '../../fixtures/security/recording-sink.js';
import { stdioApp, type StdioApp } from './stdio-app.js';

const ALICE: Principal = { issuer: 'https://as.example', subject: 'alice', scopes: ['files:write'] };
const ERAS = ['modern', 'legacy'] as const;

let stdio: StdioApp | undefined;
afterEach(() => stdio?.close());

/** Asks in one of the eras. */
async function asking(era: (typeof ERAS)[number]) {
  const { client } = stdio!;
  if (era === 'legacy') await client.initialize();
  return (id: number, method: string, params: object = {}) =>
    era === 'modern' ? client.modern(id, method, params) : client.request(id, method, params);
}

async function start(sink: RecordingSink, principal?: Principal): Promise<void> {
  stdio = await stdioApp({ providers: [{ provide: AuditSink, useValue: sink }] }, principal);
  await stdio.mcp.registerTool({ name: 'write' }, () => 'written', { access: { scopes: ['files:write'] } });
}

describe.each(ERAS)('the principal of stdio, %s', (era) => {
  it('may use what its scopes allow, and the audit names it', async () => {
    const sink = new RecordingSink();
    await start(sink, ALICE);
    const ask = await asking(era);
    const { tools } = (await ask(1, 'tools/list')).result as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toContain('write');
    expect((await ask(2, 'tools/call', { name: 'write' })).result.content).toMatchObject([{ text: 'written' }]);
    expect(sink.about('write')).toMatchObject([
      { who: { principal: principalId(ALICE), subject: 'alice' }, via: 'stdio', era, outcome: 'ok' },
    ]);
  });

  it('is nobody by default, who may not, and the audit says so', async () => {
    const sink = new RecordingSink();
    await start(sink);
    const ask = await asking(era);
    const { tools } = (await ask(1, 'tools/list')).result as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).not.toContain('write');
    expect((await ask(2, 'tools/call', { name: 'write' })).error?.message).toBe('Unknown tool: write');
    expect(sink.about('write')).toMatchObject([
      { who: { principal: 'anon' }, via: 'stdio', outcome: 'refused', reason: 'unauthenticated' },
    ]);
  });
});

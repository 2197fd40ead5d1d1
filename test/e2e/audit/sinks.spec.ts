import { Injectable } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { AuditSink, McpTool, type McpAuditEvent } from 'nestjs-mcp-fleet';
import { nestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';

@Injectable()
class Tools {
  @McpTool()
  hello(): string {
    return 'hello';
  }
}

/** Settles what it records only when the test says so. */
class HeldSink extends AuditSink {
  readonly held: (() => void)[] = [];
  override record(_event: McpAuditEvent): Promise<void> {
    return new Promise((resolve) => this.held.push(resolve));
  }
}

const FAILURES: readonly (readonly [string, () => void | Promise<void>])[] = [
  [
    'throws',
    () => {
      throw new TypeError('the secret of a row');
    },
  ],
  ['rejects', () => Promise.reject(Object.assign(new Error('the secret of a row'), { code: 'ECONNREFUSED' }))],
  // oxlint-disable-next-line prefer-promise-reject-errors
  ['rejects with nothing', () => Promise.reject(undefined)],
];

describe('a sink of the audit', () => {
  it.each(FAILURES)('that %s fails no call, and is logged once', async (_what, record) => {
    class Failing extends AuditSink {
      override record = record;
    }
    const app = await nestApp({ providers: [Tools, { provide: AuditSink, useClass: Failing }] });
    const client = await EraClient.open('modern', app.port);
    for (let i = 0; i < 3; i++) expect((await client.tool('hello')).result).toBeDefined();
    await expect.poll(() => app.mcp.health().audit).toMatchObject({ recorded: 0, pending: 0, failed: 3 });
    expect(app.logs.errors).toEqual([]);
    expect(app.logs.warnings).toHaveLength(1);
    expect(app.logs.warnings[0]).toContain('The AuditSink failed');
    expect(app.logs.warnings[0]).not.toContain('secret');
    await app.close();
  });

  it('that is slow holds up no call; what is too much for it is dropped, counted and logged', async () => {
    const sink = new HeldSink();
    const providers = [Tools, { provide: AuditSink, useValue: sink }];
    const app = await nestApp({ providers }, { mcp: { audit: { maxPendingEvents: 2 } } });
    const client = await EraClient.open('modern', app.port);
    for (let i = 0; i < 5; i++) expect((await client.tool('hello')).result).toBeDefined();
    expect(app.mcp.health().audit).toEqual({ recorded: 0, pending: 2, dropped: 3, failed: 0 });
    expect(app.logs.warnings).toEqual([expect.stringContaining('"audit.maxPendingEvents"')]);
    for (const settle of sink.held) settle();
    await expect.poll(() => app.mcp.health().audit.recorded).toBe(2);
    await client.tool('hello');
    expect(app.mcp.health().audit.pending).toBe(1);
    sink.held.at(-1)!();
    await app.close();
  });

  it('is waited for when the application shuts down', async () => {
    const sink = new HeldSink();
    const app = await nestApp({ providers: [Tools, { provide: AuditSink, useValue: sink }] });
    await (await EraClient.open('modern', app.port)).tool('hello');
    let closed = false;
    const closing = app.close().then(() => (closed = true));
    await expect.poll(() => app.mcp.health().ready).toBe(false);
    expect(closed).toBe(false);
    sink.held[0]!();
    await closing;
    expect(app.mcp.health().audit.recorded).toBe(1);
  });

  it('may be given to one server, with the other providers of its module', async () => {
    const sink = new HeldSink();
    const app = await nestApp({ providers: [Tools] }, { mcp: { providers: [{ provide: AuditSink, useValue: sink }] } });
    await (await EraClient.open('modern', app.port)).tool('hello');
    expect(sink.held).toHaveLength(1);
    sink.held[0]!();
    await app.close();
  });
});

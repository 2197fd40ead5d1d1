import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterEach, describe, expect, it } from 'vitest';
import { McpInspector, type McpInspectorOptions, McpSecret, McpTool, ToolError } from 'nestjs-mcp-fleet';
import { Gate } from '../../fixtures/applications/gate.js';
import { nestApp } from '../../fixtures/applications/nest-app.js';
import { TripTools } from '../../fixtures/applications/trip-server.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { PageClient } from '../../fixtures/clients/page-client.js';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';

class Login {
  @IsString()
  user!: string;

  @McpSecret()
  @IsString()
  password!: string;
}

@Injectable()
class Tools {
  @McpTool()
  login({ user }: Login): string {
    return `Welcome, ${user}`;
  }

  @McpTool()
  fail(): never {
    throw new ToolError('It does not work.');
  }
}
Reflect.defineMetadata('design:paramtypes', [Login], Tools.prototype, 'login');

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function watched(options: McpInspectorOptions = {}) {
  const { port, close } = await nestApp(
    { providers: [Tools, TripTools, { provide: Gate, useValue: new Gate() }] },
    { prepare: (app) => McpInspector.setup('inspector', app, options), forceCloseConnections: true },
  );
  closing.push(close);
  const watching = await new PageClient(port).watch();
  closing.push(() => watching.close());
  await watching.report();
  const calls = () => watching.reports.flatMap((report) => report.calls);
  const called = async (name: string) => {
    await watching.report((report) => report.calls.some((one) => one.name === name));
    return calls().find((one) => one.name === name)!;
  };
  return { port, watching, calls, called };
}

const LOGIN = { user: 'ada', password: 'not to be seen' };

describe('the tape of calls', () => {
  it('has every call with its end, and without its arguments', async () => {
    const { port, watching, called } = await watched();
    await send(port, call('login', LOGIN));
    await send(port, call('fail'));
    const login = await called('login');
    expect(login).toMatchObject({
      ...{ method: 'tools/call', era: 'modern', revision: '2026-07-28', via: 'http', outcome: 'ok' },
      caller: { principal: 'anon' },
    });
    expect(login).not.toHaveProperty('arguments');
    expect(login.milliseconds).toBeGreaterThan(0);
    expect(await called('fail')).toMatchObject({ outcome: 'tool-error' });
    const slices = watching.reports.flatMap(({ latencies }) => latencies);
    expect(slices.find(({ name }) => name === 'fail')).toMatchObject({ count: 1, errors: 1 });
    expect(JSON.stringify(watching.events)).not.toContain('ada');
  });

  it('has arguments where that is allowed, without what is secret', async () => {
    const { port, watching, called } = await watched({ showArguments: true });
    await send(port, call('login', LOGIN));
    expect((await called('login')).arguments).toEqual({ user: 'ada', password: '[secret]' });
    expect(JSON.stringify(watching.events)).not.toContain(LOGIN.password);
  });

  it('counts the calls that are too many, and the latencies have them all', async () => {
    const { port, watching } = await watched({ maxCallsPerSecond: 2 });
    await Promise.all(Array.from({ length: 20 }, () => send(port, call('login', LOGIN))));
    const sumOf = (count: (report: (typeof watching.reports)[number]) => number): number =>
      watching.reports.reduce((sum, report) => sum + count(report), 0);
    const measured = () =>
      sumOf(({ latencies }) => latencies.reduce((sum, { name, count }) => sum + (name === 'login' ? count : 0), 0));
    await expect.poll(measured, { timeout: 5000 }).toBe(20);
    const shown = sumOf(({ calls }) => calls.length);
    expect(sumOf(({ callsLeftOut }) => callsLeftOut)).toBe(20 - shown);
    expect(Math.max(...watching.reports.map(({ calls }) => calls.length))).toBeLessThanOrEqual(2);
  });

  it('has what was refused before a method ran', async () => {
    const { port, watching } = await watched();
    await send(port, { ...call('login', LOGIN), headers: { ...call('login').headers, host: 'evil.example' } });
    const { refusals } = await watching.report((report) => report.refusals.length > 0);
    expect(refusals).toMatchObject([{ reason: 'forbidden', status: 403, caller: { principal: 'anon' } }]);
    expect(refusals[0]).not.toHaveProperty('address');
  });

  it('has a call while it runs, what it asks its client, and how long that took', async () => {
    const { port, watching, called } = await watched();
    const session = await LegacySession.open(port, { capabilities: { elicitation: {} } });
    const asking = await session.stream('book', { city: 'Oslo' }, 'asking');
    const question = await asking.message(({ method }: JsonRpc) => method === 'elicitation/create');
    const { running, questions } = await watching.report((report) => report.questions.length > 0);
    expect(running).toMatchObject([{ method: 'tools/call', name: 'book', era: 'legacy' }]);
    expect(questions).toMatchObject([{ kind: 'elicitation', name: 'book', call: running[0]!.id }]);
    await session.post({ jsonrpc: '2.0', id: question.id, result: { action: 'decline' } });
    const ended = await called('book');
    expect(ended).toMatchObject({ id: running[0]!.id, caller: { client: 'wire 1' } });
    expect(ended.steps).toMatchObject([
      { what: 'question', instance: ended.instance },
      { what: 'answer', instance: ended.instance },
    ]);
    await expect.poll(() => watching.reports.at(-1)!.questions).toEqual([]);
  });
});

import { effect, type ReadonlySignal } from '@preact/signals';
import { Injectable } from '@nestjs/common';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { McpComplete, McpContext, McpPrompt, McpResource, McpServer, McpTool } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Request } from '../../../inspector/src/mcp/connection.js';
import type { Invocation, OpenQuestion } from '../../../inspector/src/state/invocation.js';
import { TryIt } from '../../../inspector/src/state/try-it.js';
import { type NestApp, nestApp } from '../../fixtures/applications/nest-app.js';

class Place {
  @IsString() city!: string;
}
class Age {
  @IsInt() @Min(0) @Max(150) age!: number;
}

@Injectable()
class Tools {
  @McpTool()
  async count({ city }: Place, ctx: McpContext): Promise<string> {
    for (let done = 1; done <= 3; done++) ctx.progress(done, 3, `House ${done}`);
    ctx.log.warning({ city });
    return `${city} has 3 houses`;
  }

  @McpTool({ elicits: [Age] })
  async greet({ city }: Place, ctx: McpContext): Promise<string> {
    const { age } = await ctx.elicitOrThrow(Age, `How old is ${city}?`, { key: 'age' });
    const { age: yours } = await ctx.elicitOrThrow(Age, 'And you?', { key: 'yours' });
    return `${city} is ${age}, and you are ${yours}`;
  }

  @McpTool({ task: 'optional', elicits: [Age] })
  async build({ city }: Place, ctx: McpContext): Promise<string> {
    const { age } = await ctx.elicitOrThrow(Age, 'How many years may it take?');
    return `${city} is built in ${age} years`;
  }

  @McpTool()
  async wait(ctx: McpContext): Promise<string> {
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }));
    return 'never read';
  }

  @McpResource({ uri: 'place://oslo' })
  oslo(): string {
    return 'Oslo';
  }

  @McpPrompt()
  plan({ city }: Place): string {
    return `Plan ${city}`;
  }

  @McpComplete({ prompt: 'plan', argument: 'city' })
  cities(): string[] {
    return ['Oslo', 'Quito'];
  }
}

/** Waits for a value that fits; the deadline is that of the test. */
const until = <T, U extends T>(signal: ReadonlySignal<T>, fits: (value: T) => value is U): Promise<U> =>
  new Promise((resolve) => {
    const stop = effect(() => {
      const { value } = signal;
      if (fits(value)) queueMicrotask(() => (stop(), resolve(value)));
    });
  });
const ended = async (invocation: Invocation) =>
  until(invocation.outcome, (one): one is NonNullable<typeof one> => !!one);
const asked = async ({ questions }: Invocation): Promise<OpenQuestion> =>
  (await until(questions, (all): all is typeof all => all.length > 0))[0]!;
const accept = (age: number) => ({ action: 'accept', content: { age } });

describe.each(['modern', 'legacy'] as const)('the client in the page, %s', (era) => {
  let app: NestApp;
  let tryIt: TryIt;
  beforeAll(async () => {
    app = await nestApp({ providers: [Tools] }, { mcp: { taskPollIntervalMs: 20 } });
    tryIt = new TryIt(`http://127.0.0.1:${app.port}/mcp`);
    await tryIt.connect({ era });
  });
  afterAll(async () => {
    tryIt.close();
    await app.close();
  });

  const call = (name: string, args: object = {}, more: Partial<Request> = {}): Invocation => {
    tryIt.call(name, { method: 'tools/call', params: { name, arguments: args }, ...more });
    return tryIt.latest(name)!;
  };
  const text = (value: string) => ({ kind: 'result', result: { content: [{ type: 'text', text: value }] } });

  it('it connects, and knows what the server offers', () => {
    expect(tryIt.status.value).toMatchObject({ kind: 'open', server: { name: 'app', version: '1.0.0' } });
    const { tools, resources, prompts } = tryIt.catalog.value;
    expect(tools.map(({ name }) => name)).toEqual(['build', 'count', 'greet', 'wait']);
    expect(resources).toMatchObject([{ uri: 'place://oslo' }]);
    expect(prompts).toMatchObject([{ name: 'plan', arguments: [{ name: 'city', required: true }] }]);
  });

  it('a call has its progress, its log messages and its result', async () => {
    const invocation = call('count', { city: 'Oslo' });
    expect(await ended(invocation)).toMatchObject(text('Oslo has 3 houses'));
    expect(invocation.progress.value).toMatchObject({ progress: 3, total: 3, message: 'House 3' });
    expect(invocation.logs.value).toMatchObject([{ level: 'warning', data: { city: 'Oslo' } }]);
    expect(invocation.durationMs.value).toBeGreaterThan(0);
  });

  it('questions are answered one after the other', async () => {
    const invocation = call('greet', { city: 'Rome' });
    const first = await asked(invocation);
    expect(first.question).toMatchObject({ method: 'elicitation/create', params: { message: 'How old is Rome?' } });
    first.answer(accept(150));
    (await asked(invocation)).answer(accept(40));
    expect(await ended(invocation)).toMatchObject(text('Rome is 150, and you are 40'));
  });

  it('an answer that does not fit is asked for again', async () => {
    const invocation = call('greet', { city: 'Rome' });
    (await asked(invocation)).answer(accept(-1));
    (await asked(invocation)).answer({ action: 'decline' });
    expect(await ended(invocation)).toMatchObject({ kind: 'result', result: { isError: true } });
  });

  it('a task is followed to its end, and its question answered', async () => {
    const invocation = call('build', { city: 'Rome' }, { asTask: true });
    (await asked(invocation)).answer(accept(9));
    expect(await ended(invocation)).toMatchObject(text('Rome is built in 9 years'));
    expect(invocation.task.value).toMatchObject({ status: 'completed' });
  });

  it('a task is cancelled at the server', async () => {
    const invocation = call('build', { city: 'Rome' }, { asTask: true });
    await asked(invocation);
    invocation.cancel();
    expect(await ended(invocation)).toEqual({ kind: 'cancelled' });
    expect(invocation.task.value).toMatchObject({ status: 'cancelled' });
  });

  it('a call is cancelled', async () => {
    const invocation = call('wait');
    invocation.cancel();
    expect(await ended(invocation)).toEqual({ kind: 'cancelled' });
  });

  it('a resource is read, a prompt is made and completed', async () => {
    tryIt.call('r', { method: 'resources/read', params: { uri: 'place://oslo' } });
    expect(await ended(tryIt.latest('r')!)).toMatchObject({
      result: { contents: [{ uri: 'place://oslo', text: 'Oslo' }] },
    });
    const params = { name: 'plan', arguments: { city: 'Oslo' } };
    tryIt.call('p', { method: 'prompts/get', params });
    expect(await ended(tryIt.latest('p')!)).toMatchObject({
      result: { messages: [{ content: { text: 'Plan Oslo' } }] },
    });
    const ref = { type: 'ref/prompt', name: 'plan' };
    expect(await tryIt.complete(ref, 'city', '', {})).toEqual(['Oslo', 'Quito']);
  });

  it('an error of the server is told with its code', async () => {
    expect(await ended(call('nothing'))).toMatchObject({
      kind: 'failure',
      failure: { title: expect.stringContaining('-32602') },
    });
  });

  it('a tool that is added appears, and the announcement is kept', async () => {
    const listed = until(tryIt.catalog, (all): all is typeof all => all.tools.some(({ name }) => name === 'late'));
    await app.app.get(McpServer).registerTool({ name: 'late' }, () => 'late');
    await listed;
    expect(tryIt.notices.value.at(-1)).toMatchObject({ method: 'notifications/tools/list_changed' });
  });

  it('an update of a resource is announced once it was asked for', async () => {
    tryIt.setSubscribed('place://oslo', true);
    const told = until(tryIt.notices, (all): all is typeof all =>
      all.some(({ params }) => params['uri'] === 'place://oslo'),
    );
    // The subscription is open at some moment from now on.
    const timer = setInterval(() => void app.app.get(McpServer).resourceUpdated('place://oslo'), 20);
    await told.finally(() => clearInterval(timer));
  });

  it('what was sent and received is kept, and can be copied as it was sent', () => {
    const { direction, message } = tryIt.traffic.value[0]!;
    expect([direction, message.method]).toEqual(['sent', era === 'modern' ? 'server/discover' : 'initialize']);
    const wire = tryIt.wire({ method: 'tools/call', params: { name: 'count' } })!;
    expect(wire.headers).toHaveProperty(era === 'modern' ? 'mcp-method' : 'mcp-session-id');
  });
});

describe('the client in the page, without a server', () => {
  it('a server that is not there is told', async () => {
    const tryIt = new TryIt('http://127.0.0.1:1/mcp');
    await tryIt.connect();
    expect(tryIt.status.value).toMatchObject({ kind: 'failed', failure: { title: 'The server did not answer.' } });
  });
});

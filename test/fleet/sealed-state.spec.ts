import fc from 'fast-check';
import type { McpModuleOptions } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accept,
  askingApp,
  type AskingApp,
  INVALID_STATE,
  retry,
  round,
  toolText,
} from '../fixtures/applications/asking-app.js';
import { figure, times } from '../fixtures/measurements/figures.js';
import { mutation } from '../fixtures/security/malformed-input.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import type { JsonRpc } from '../fixtures/clients/sse-client.js';

const GREET = { name: 'greet', arguments: { city: 'Rome' } };
const ALICE = { user: 'alice' };
const HELLO = 'Hello, Ada of Rome';

let redis: RedisServer;
const started: AskingApp[] = [];
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(async () => {
  await Promise.all(started.map(({ close }) => close()));
  await redis.dispose();
});

async function instance(redisPrefix: string, requestState?: McpModuleOptions['requestState']): Promise<AskingApp> {
  const app = await askingApp({ redis: redis.url, redisPrefix, requestState });
  started.push(app);
  return app;
}

/** The retry with an answer to the question, for the same call or for another. */
const answered = (asked: JsonRpc, params: Record<string, unknown> = GREET) => {
  const [key] = Object.keys(asked.result!.inputRequests as object);
  return retry(params, asked, { [key!]: accept({ name: 'Ada' }) });
};

describe('P14 a request state made on A', () => {
  let a: AskingApp;
  let b: AskingApp;
  let asked: JsonRpc;
  const prefix = newNamespace();
  beforeAll(async () => {
    [a, b] = await Promise.all([instance(prefix), instance(prefix)]);
    asked = await round(a.port, GREET, ALICE);
  });

  it.each<[string, Record<string, unknown>, { user?: string; method?: string }]>([
    ['another principal', GREET, { user: 'bob' }],
    ['nobody', GREET, {}],
    ['another tool', { ...GREET, name: 'greet_too' }, ALICE],
    ['another argument', { ...GREET, arguments: { city: 'Romf' } }, ALICE],
    ['another method', { name: 'greeting' }, { ...ALICE, method: 'prompts/get' }],
  ])('a request state made on A is refused on B for %s and accepted for its own call', async (_, params, as) => {
    const refused = await round(b.port, answered(asked, params), as);
    expect(refused.error).toEqual(INVALID_STATE);
    expect(toolText(await round(b.port, answered(asked), ALICE))).toBe(HELLO);
  });

  it('a request state is refused by a server with another prefix and accepted by an instance that joined later', async () => {
    const [otherServer, later] = await Promise.all([instance(newNamespace()), instance(prefix)]);
    expect((await round(otherServer.port, answered(asked), ALICE)).error).toEqual(INVALID_STATE);
    expect(toolText(await round(later.port, answered(asked), ALICE))).toBe(HELLO);
  });

  it('an expired request state is refused on both instances', async () => {
    const short = newNamespace();
    const [here, there] = await Promise.all([instance(short, { ttlMs: 700 }), instance(short, { ttlMs: 700 })]);
    const question = await round(here.port, GREET, ALICE);
    for (const { port } of [there, here]) {
      await expect
        .poll(() => round(port, answered(question), ALICE).then(({ error }) => error), { timeout: 8000 })
        .toEqual(INVALID_STATE);
    }
  });

  it('a single-use request state is accepted once among two concurrent retries on two instances, and never again', async () => {
    const single = newNamespace();
    const [here, there] = await Promise.all([
      instance(single, { singleUse: true }),
      instance(single, { singleUse: true }),
    ]);
    for (let i = 0; i < times(20, 200); i++) {
      const question = await round(here.port, GREET, ALICE);
      const replies = await Promise.all([here, there].map(({ port }) => round(port, answered(question), ALICE)));
      expect(replies.map(toolText).filter((text) => text === HELLO)).toHaveLength(1);
      const late = await round((i % 2 ? here : there).port, answered(question), ALICE);
      expect(late.error).toEqual(INVALID_STATE);
    }
  });

  it('a damaged request state is refused on B', async () => {
    const state = asked.result!.requestState as string;
    let [tried, accepted] = [0, 0];
    const one = async (damaged: string): Promise<void> => {
      if (damaged === state) return;
      const reply = await round(b.port, { ...answered(asked), requestState: damaged }, ALICE);
      tried++;
      if (toolText(reply) === HELLO) accepted++;
      expect(reply.error).toEqual(INVALID_STATE);
    };
    const damaged = mutation.map((damage) => damage(state));
    await fc.assert(fc.asyncProperty(damaged, one), { numRuns: times(300, 5000) });
    figure('P14', 'damaged states tried on another instance', tried);
    figure('P14', 'damaged states accepted', accepted);
    expect(accepted).toBe(0);
  }, 120_000);
});

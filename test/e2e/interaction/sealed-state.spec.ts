import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accept,
  askingApp,
  type AskingApp,
  INVALID_STATE,
  retry,
  round,
  toolText,
} from '../../fixtures/applications/asking-app.js';

const [oldKey, newKey] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const params = { name: 'greet', arguments: { city: 'Rome' } };
const answers = { '#1': accept({ name: 'Ada' }) };
const alice = { user: 'alice' };

describe('P14: a sealed state over the wire', () => {
  let app: AskingApp;
  let params2: Record<string, unknown>;
  beforeAll(async () => {
    app = await askingApp({ requestState: { keys: [oldKey] } });
    params2 = retry(params, await round(app.port, params, alice), answers);
  });
  afterAll(() => app.close());

  it('a request state is accepted from its own principal for its own call', async () => {
    expect(toolText(await round(app.port, params2, alice))).toBe('Hello, Ada of Rome');
  });

  it.each<[string, () => Record<string, unknown>, { user?: string; method?: string }]>([
    ['another principal', () => params2, { user: 'mallory' }],
    ['nobody', () => params2, {}],
    ['another tool', () => ({ ...params2, name: 'greet_too' }), alice],
    ['another argument', () => ({ ...params2, arguments: { city: 'Oslo' } }), alice],
    ['no arguments', () => ({ ...params2, arguments: {} }), alice],
    ['a prompt', () => ({ ...params2, name: 'greeting', arguments: {} }), { ...alice, method: 'prompts/get' }],
    ['a resource', () => ({ ...params2, uri: 'ask://Rome' }), { ...alice, method: 'resources/read' }],
    ['a longer one', () => ({ ...params2, requestState: `${String(params2.requestState)}-TAMPERED` }), alice],
    ['null', () => ({ ...params2, requestState: null }), alice],
    ['an object', () => ({ ...params2, requestState: {} }), alice],
    ['something unlike any', () => ({ ...params2, requestState: 'v1.éééééééé.AAAA' }), alice],
  ])('a request state is refused for %s', async (_, wrong, details) => {
    const { error, result } = await round(app.port, wrong(), details);
    expect(result).toBeUndefined();
    expect(error).toEqual(INVALID_STATE);
  });

  it('a request state is refused when any of its characters is changed', async () => {
    const state = String(params2.requestState);
    const accepted: number[] = [];
    // Every eighth here, every one in the unit test.
    for (let at = 0; at < state.length; at += 8) {
      const requestState = state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1);
      const { error } = await round(app.port, { ...params2, requestState }, alice);
      if (error?.code !== -32602) accepted.push(at);
    }
    expect(accepted).toEqual([]);
  });

  it('a refused request state does not run the method', async () => {
    const before = { ...app.tools.counts };
    await round(app.port, { name: 'catching', arguments: {}, requestState: 'x' }, alice);
    expect(app.tools.counts).toEqual(before);
    expect(app.logs.errors).toEqual([]);
  });

  it('a request state sealed with an old key is accepted by every instance that still has that key', async () => {
    const [other, later] = [
      await askingApp({ requestState: { keys: [newKey, oldKey] } }),
      await askingApp({ requestState: { keys: [newKey] } }),
    ];
    expect(toolText(await round(other.port, params2, alice))).toBe('Hello, Ada of Rome');
    expect((await round(later.port, params2, alice)).error).toEqual(INVALID_STATE);
    const fresh = retry(params, await round(other.port, params, alice), answers);
    expect(toolText(await round(later.port, fresh, alice))).toBe('Hello, Ada of Rome');
    await other.close();
    await later.close();
  });

  it('a request state of another server with the same keys and tools is refused', async () => {
    const other = await askingApp({ name: 'other', requestState: { keys: [oldKey] } });
    expect((await round(other.port, params2, alice)).error).toEqual(INVALID_STATE);
    await other.close();
  });
});

describe('single-use request states', () => {
  it('a single-use request state is accepted once among concurrent retries, and the next round has a new one', async () => {
    const app = await askingApp({ requestState: { singleUse: true } });
    const once = retry(params, await round(app.port, params), {});
    const replies = await Promise.all(Array.from({ length: 10 }, () => round(app.port, once)));
    const asked = replies.filter(({ result }) => result?.resultType === 'input_required');
    expect(asked).toHaveLength(1);
    for (const { error } of replies.filter((reply) => reply !== asked[0])) expect(error).toEqual(INVALID_STATE);
    expect(toolText(await round(app.port, retry(params, asked[0]!, answers)))).toBe('Hello, Ada of Rome');
    await app.close();
  });
});

it('an expired request state is refused', async () => {
  const app = await askingApp({ requestState: { ttlMs: 1 } });
  const first = await round(app.port, params);
  const late = Date.now() + 2;
  while (Date.now() < late) await round(app.port, { name: 'can', arguments: {} });
  expect((await round(app.port, retry(params, first, answers))).error).toEqual(INVALID_STATE);
  await app.close();
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRing } from '../../../lib/interaction/key-ring.js';
import { RequestStates, type RoundState, type StateBinding } from '../../../lib/interaction/request-state.js';
import { MemoryNonceStore } from '../../../lib/memory/memory-nonce-store.js';
import { INVALID_STATE } from '../../fixtures/applications/asking-app.js';

const TTL = 1000;
const ring = new KeyRing();
const binding: StateBinding = {
  server: 'trips',
  principal: 'alice',
  method: 'tools/call',
  name: 'book',
  arguments: { city: 'Rome', days: 2, extras: { pets: true, tags: ['a', 'b'] } },
};
const ROUND: RoundState = {
  round: 3,
  asked: { name: 'fingerprint' },
  answered: { __proto__: null, '#1': { fingerprint: 'p', answer: { action: 'accept' } } } as never,
  steps: { reserve: { value: 7 }, nothing: {} },
  state: { own: true },
};

function setup(singleUse = false) {
  let now = 1_763_800_000_000;
  const nonces = new MemoryNonceStore(() => now);
  const states = new RequestStates(ring, TTL, singleUse ? nonces : undefined, () => now);
  return { states, nonces, advance: (ms: number) => void (now += ms) };
}

/** The whole error that the client receives for a refused attempt. */
const refusal = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'accepted',
    ({ code, message, data }: { code: number; message: string; data: unknown }) => ({ code, message, data }),
  );

describe('RequestStates', () => {
  it('RequestStates restores a sealed round unchanged', async () => {
    const { states } = setup();
    expect(await states.open(await states.seal(binding, ROUND), binding)).toEqual(ROUND);
  });

  it('RequestStates accepts a request state whose arguments come in another order', async () => {
    const { states } = setup();
    const args = { extras: { tags: ['a', 'b'], pets: true }, days: 2, city: 'Rome' };
    expect(await states.open(await states.seal(binding, ROUND), { ...binding, arguments: args })).toEqual(ROUND);
  });

  it.each<[string, Partial<StateBinding>]>([
    ['server', { server: 'other' }],
    ['principal', { principal: 'mallory' }],
    ['anonymous principal', { principal: '' }],
    ['method', { method: 'prompts/get' }],
    ['tool', { name: 'cancel' }],
    ['argument', { arguments: { ...binding.arguments, city: 'Romf' } }],
    ['type of an argument', { arguments: { ...binding.arguments, days: '2' } }],
    ['nested argument', { arguments: { ...binding.arguments, extras: { pets: true, tags: ['b', 'a'] } } }],
    ['number of arguments', { arguments: { ...binding.arguments, more: null } }],
    ['absence of arguments', { arguments: {} }],
  ])('P14: RequestStates refuses a request state with another %s', async (_, other) => {
    const { states } = setup();
    const state = await states.seal(binding, ROUND);
    expect(await refusal(states.open(state, { ...binding, ...other }))).toEqual(INVALID_STATE);
    expect(await states.open(state, binding)).toEqual(ROUND);
  });

  it('P14: RequestStates binds a request state to any JSON arguments', async () => {
    const { states } = setup();
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        async (a, b) => {
          const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
          const same = canonical(plain(a)) === canonical(plain(b));
          const outcome = await refusal(
            states.open(await states.seal({ ...binding, arguments: a }, ROUND), { ...binding, arguments: b }),
          );
          expect(outcome === 'accepted').toBe(same);
        },
      ),
    );
  });

  it('P14: RequestStates accepts a request state until it expires and refuses it from then on', async () => {
    const { states, advance } = setup();
    const state = await states.seal(binding, ROUND);
    advance(TTL - 1);
    expect(await states.open(state, binding)).toEqual(ROUND);
    advance(1);
    expect(await refusal(states.open(state, binding))).toEqual(INVALID_STATE);
  });

  it('P14: RequestStates refuses a request state with any single character changed', async () => {
    const { states } = setup();
    const state = await states.seal(binding, ROUND);
    for (let at = 0; at < state.length; at++) {
      const other = state[at] === 'A' ? 'B' : 'A';
      const changed = state.slice(0, at) + other + state.slice(at + 1);
      expect(await refusal(states.open(changed, binding)), `character ${at}`).toEqual(INVALID_STATE);
    }
  });

  it.each([null, 1, {}, [], '', 'v1', `${'v1.'.repeat(200_000)}`, true])(
    'RequestStates refuses %j as a request state',
    async (token) => {
      expect(await refusal(setup().states.open(token, binding))).toEqual(INVALID_STATE);
    },
  );

  it('RequestStates accepts a single-use request state once, even if it is sent twice at the same time, and forgets it once expired', async () => {
    const { states, nonces, advance } = setup(true);
    const state = await states.seal(binding, ROUND);
    const both = await Promise.all([refusal(states.open(state, binding)), refusal(states.open(state, binding))]);
    expect(both).toEqual(['accepted', INVALID_STATE]);
    expect(await refusal(states.open(state, binding))).toEqual(INVALID_STATE);
    expect(nonces.size).toBe(1);
    advance(TTL);
    await states.open(await states.seal(binding, ROUND), binding);
    expect(nonces.size).toBe(1);
  });

  it('RequestStates does not consume a single-use request state that it refuses for another reason', async () => {
    const { states } = setup(true);
    const state = await states.seal(binding, ROUND);
    await refusal(states.open(state, { ...binding, principal: 'mallory' }));
    expect(await states.open(state, binding)).toEqual(ROUND);
  });

  it('RequestStates throws an error that advises the author when a request state is too large', async () => {
    const steps = { big: { value: 'x'.repeat(300_000) } };
    const sealed = setup().states.seal(binding, { ...ROUND, steps });
    await expect(sealed).rejects.toThrow(/too large to send.*ctx\.step/);
  });
});

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return JSON.stringify(
    Object.entries(value)
      .map(([k, v]) => [k, canonical(v)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

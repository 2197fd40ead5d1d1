import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  accept,
  ALL_CAPABILITIES,
  askingApp,
  type AskingApp,
  retry,
  round,
  toolText,
} from '../../fixtures/applications/asking-app.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';

const call = (name: string, args: Record<string, unknown> = {}) => ({ name, arguments: args });
const keysOf = ({ result }: JsonRpc): string[] => Object.keys((result?.inputRequests ?? {}) as object);

describe('a modern call that asks', () => {
  let app: AskingApp;
  const rejected: unknown[] = [];
  const note = (reason: unknown) => void rejected.push(reason);
  beforeAll(async () => {
    process.on('unhandledRejection', note);
    app = await askingApp();
  });
  beforeEach(() => {
    for (const name of Object.keys(app.tools.counts)) delete app.tools.counts[name];
    app.logs.errors.length = 0;
  });
  afterAll(async () => {
    await app.close();
    process.off('unhandledRejection', note);
    expect(rejected).toEqual([]);
  });
  const send = (params: Record<string, unknown>, details?: Parameters<typeof round>[2]) =>
    round(app.port, params, details);

  it('a modern call that asks ends with an input_required result that holds the question and nothing else', async () => {
    const { result } = await send(call('greet', { city: 'Rome' }));
    expect(result).toEqual({
      resultType: 'input_required',
      inputRequests: {
        '#1': {
          method: 'elicitation/create',
          params: {
            mode: 'form',
            message: 'Who lives in Rome?',
            requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
          },
        },
      },
      requestState: expect.stringMatching(/^v1\.[\w-]{8}\.[\w-]+$/) as unknown,
      _meta: expect.anything() as unknown,
    });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['nothing', undefined],
    ['a list', []],
    ['a text', 'x'],
    ['another key', { wrong: accept({ name: 'Ada' }) }],
    ['an answer that does not fit', { '#1': accept({ name: 12345 }) }],
    ['null for an answer', { '#1': null }],
    ['an inherited name', { constructor: accept({ name: 'Ada' }) }],
  ])('a modern call asks again when inputResponses holds %s (M-9, M-11)', async (_, answers) => {
    const params = call('greet', { city: 'Rome' });
    const first = await send(params);
    const second = await send({ ...retry(params, first, {}), inputResponses: answers });
    expect(second.result?.resultType).toBe('input_required');
    expect(second.result?.requestState).not.toBe(first.result?.requestState);
    const last = await send(retry(params, second, { '#1': accept({ name: 'Ada' }), more: 1 }));
    expect(toolText(last)).toBe('Hello, Ada of Rome');
  });

  it('a modern call without a state accepts answers under named keys but not under numbered keys (M-15)', async () => {
    const keyed = await send({ ...call('keyed'), inputResponses: { user: accept({ name: 'Ada' }), more: 1 } });
    expect(toolText(keyed)).toBe('Hello, Ada');
    const ordered = await send({
      ...call('greet', { city: 'Rome' }),
      inputResponses: { '#1': accept({ name: 'Ada' }) },
    });
    expect(ordered.result?.resultType).toBe('input_required');
  });

  it('a modern call ignores answers to questions that it did not ask (T-29)', async () => {
    const params = call('explicit');
    const first = await send(params);
    const last = await send(retry(params, first, { who: accept({ name: 'Ada' }), admin: true, __proto__: { x: 1 } }));
    expect(toolText(last)).toBe('Hello, Ada: {"round":1}, who');
  });

  it('a question can have a key that is also the name of an inherited property', async () => {
    const params = call('strange_keys');
    const first = await send(params);
    expect(keysOf(first)).toEqual(['__proto__']);
    const answer = (key: string, content: object) =>
      JSON.parse(JSON.stringify({ [key]: { action: 'accept', content } })) as {};
    const second = await send(retry(params, first, answer('__proto__', { name: 'Ada' })));
    expect(keysOf(second)).toEqual(['constructor']);
    const last = await send(retry(params, second, answer('constructor', { age: 36 })));
    expect(toolText(last)).toBe('Ada 36 step');
  });

  it.each(['decline', 'cancel'])('a method receives the outcome %s like any other (M-12)', async (action) => {
    const params = call('outcome');
    expect(toolText(await send(retry(params, await send(params), { '#1': { action } })))).toBe(action);
  });

  it('a modern call fails after the maximum number of rounds', async () => {
    const params = call('insatiable');
    let reply = await send(params);
    for (let rounds = 1; rounds < 8; rounds++) {
      expect(keysOf(reply)).toEqual([`#${rounds}`]);
      reply = await send(retry(params, reply, { [`#${rounds}`]: accept({ name: 'more' }) }));
    }
    reply = await send(retry(params, reply, { '#8': accept({ name: 'more' }) }));
    expect(reply.result).toMatchObject({ isError: true });
    expect(toolText(reply)).toBe('The call has asked for input 8 times and still needs more');
  });

  it('a modern call fails after the maximum number of rounds even when its client never answers', async () => {
    const params = call('greet', { city: 'Rome' });
    let reply = await send(params);
    for (let rounds = 1; rounds < 8; rounds++) reply = await send(retry(params, reply, {}));
    expect(reply.result?.resultType).toBe('input_required');
    expect(await send(retry(params, reply, {})).then(toolText)).toMatch(/8 times/);
  });

  it('a method that asks the same question in an endless loop does not block the server', async () => {
    const reply = await send({ ...call('stuck'), inputResponses: { same: accept({ name: 'x' }) } });
    expect(reply.result).toMatchObject({ isError: true });
    expect(app.logs.about('was asked more than 100 times')).toHaveLength(1);
  });

  it('a retry that asks a different question fails with an error instead of the result of the method', async () => {
    const params = call('moody');
    const first = await send(params);
    const second = await send(retry(params, first, { '#1': accept({ name: 'Ada' }) }));
    expect(second.result).toBeUndefined();
    expect(second.error).toEqual({
      code: -32603,
      message: 'This call cannot continue: the server asks a different question than before. Start the call again.',
    });
    expect(app.logs.errors).toHaveLength(1);
    expect(app.logs.about('asks a different question under "#1"')).toHaveLength(1);
  });

  it('a method that does not await its question returns its own result', async () => {
    expect(toolText(await send(call('floating')))).toBe('done');
    const reply = await send(call('floating_slowly'));
    expect(reply.result?.resultType).toBe('input_required');
    app.gate.release('floating');
  });

  it('a round ends even when the method catches its end, and then runs finally blocks but no further steps', async () => {
    const params = call('catching');
    const first = await send(params);
    expect(first.result?.resultType).toBe('input_required');
    expect(app.tools.counts).toEqual({ finally: 1 });
    expect(toolText(await send(retry(params, first, { '#1': accept({ name: 'Ada' }) })))).toBe('Ada');
    expect(app.tools.counts).toEqual({ finally: 2 });
  });

  it('steps are stored as JSON, a failed step runs again and a successful step never does', async () => {
    const params = call('shaky');
    const last = await send(retry(params, await send(params), { '#1': accept({ name: 'Ada' }) }));
    expect(toolText(last)).toBe('Ada {"at":"1970-01-01T00:00:00.000Z"} string undefined');
    expect(app.tools.counts).toEqual({ shaky: 2 });
  });

  it('a round waits for the steps that run beside its question', async () => {
    const params = call('beside');
    const first = send(params);
    await app.gate.reached('waiting slow');
    app.gate.release('slow');
    const last = await send(retry(params, await first, { '#1': accept({ name: 'Ada' }) }));
    expect(toolText(last)).toBe('Ada 1');
    expect(app.tools.counts).toEqual({ slow: 1 });
  });

  it.each(['bulky', 'bigint'])('an invalid step of the tool %s is logged and hidden from the client', async (name) => {
    const { result } = await send(call(name));
    expect(result).toMatchObject({ isError: true, content: [{ text: 'Internal error' }] });
    expect(app.logs.about(name === 'bulky' ? 'too large to send' : "ctx.step('big')")).toHaveLength(1);
  });

  it('a step cannot ask the client', async () => {
    expect((await send(call('in_step'))).result).toMatchObject({ isError: true });
    expect(app.logs.about('A step cannot ask the client')).toHaveLength(1);
  });

  it('concurrent questions share one round in the order of the calls, even when a form takes longer to compile', async () => {
    const params = call('cold_forms');
    const first = await send(params);
    expect(
      Object.values(first.result!.inputRequests as object).map(({ params: p }) => (p as { message: string }).message),
    ).toEqual(['Cold?', 'Warm?']);
    const answers = { '#1': accept({ cold: 'ice' }), '#2': accept({ name: 'tea' }) };
    expect(toolText(await send(retry(params, first, answers)))).toBe('ice tea');
  });

  it('a round keeps the answers it got when its client answered only some questions', async () => {
    const params = call('cold_forms');
    const second = await send(retry(params, await send(params), { '#2': accept({ name: 'tea' }) }));
    expect(keysOf(second)).toEqual(['#1']);
    expect(toolText(await send(retry(params, second, { '#1': accept({ cold: 'ice' }) })))).toBe('ice tea');
  });

  it.each(['observed', 'generated'])('a tool that returns a stream of values can ask its client: %s', async (name) => {
    const params = call(name);
    const last = await send(retry(params, await send(params), { '#1': accept({ name: 'Ada' }) }));
    expect(toolText(last)).toBe(`${name[0]!.toUpperCase()}${name.slice(1)} Ada`);
  });

  it('a modern call can ask for a retry without asking a question (M-14)', async () => {
    const params = call('waits');
    const first = await send(params);
    expect(first.result).not.toHaveProperty('inputRequests');
    expect(toolText(await send({ ...params, requestState: first.result!.requestState }))).toBe('waited');
  });

  it.each([
    ['prompts/get', { name: 'greeting', arguments: {} }],
    ['resources/read', { uri: 'ask://Rome' }],
  ])('a modern client can be asked during %s', async (method, params) => {
    const first = await send(params, { method });
    expect(first.result).not.toHaveProperty('ttlMs');
    expect(first.result).not.toHaveProperty('contents');
    const { result } = await send(retry(params, first, { '#1': accept({ name: 'Ada' }) }), { method });
    expect(JSON.stringify(result)).toMatch(/Greet Ada|Ada of Rome/);
    if (method === 'resources/read') expect(result).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
  });

  it.each<[string, Record<string, unknown>, unknown]>([
    ['greet', {}, { elicitation: {} }],
    ['greet', { elicitation: { url: {} } }, { elicitation: {} }],
    ['page', { elicitation: {} }, { elicitation: { url: {} } }],
    ['sampled', { elicitation: {} }, { sampling: {} }],
    ['explicit', { sampling: {} }, { elicitation: {} }],
  ])(
    'the tool %s, called by a client with the capabilities %j, fails because %j is missing (M-7)',
    async (name, capabilities, requiredCapabilities) => {
      const { error } = await send(call(name, name === 'greet' ? { city: 'Rome' } : {}), { capabilities });
      expect(error).toMatchObject({ code: -32021, data: { requiredCapabilities } });
    },
  );

  it('the capabilities of the client are checked again in every round', async () => {
    const params = call('greet', { city: 'Rome' });
    const first = await send(params);
    const second = await send(retry(params, first, {}), { capabilities: {} });
    expect(second.error).toMatchObject({ code: -32021 });
  });

  it('ctx.can() tells a method what its client can do', async () => {
    expect(toolText(await send(call('can'), { capabilities: ALL_CAPABILITIES }))).toBe(
      'elicitation elicitation.form elicitation.url sampling roots',
    );
    expect(toolText(await send(call('can'), { capabilities: { elicitation: {} } }))).toBe(
      'elicitation elicitation.form',
    );
    expect(toolText(await send(call('can'), { capabilities: { elicitation: { url: {} } } }))).toBe('elicitation.url');
    expect(toolText(await send(call('can'), { capabilities: {} }))).toBe('');
  });

  it('elicitUrl() rejects a URL that is not safe', async () => {
    const { result } = await send(call('unsafe_page'));
    expect(result).toMatchObject({ isError: true });
    expect(app.logs.about('needs an https URL')).toHaveLength(1);
  });

  it('concurrent modern calls each get their own answers', async () => {
    const cities = Array.from({ length: 50 }, (_, n) => `City${n}`);
    const ends = cities.map(async (city) => {
      const params = call('greet', { city });
      // All have the same id, which must not be used as a key (I-1).
      const last = await send(retry(params, await send(params), { '#1': accept({ name: `of ${city}` }) }));
      return toolText(last);
    });
    expect(await Promise.all(ends)).toEqual(cities.map((city) => `Hello, of ${city} of ${city}`));
  });

  it('a round keeps no state on the server', () => {
    expect(app.pending.size).toBe(0);
  });
});

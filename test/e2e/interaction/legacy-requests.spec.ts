import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accept,
  ALL_CAPABILITIES,
  askingApp,
  type AskingApp,
  toolText,
} from '../../fixtures/applications/asking-app.js';
import { LegacySession, type SessionOptions } from '../../fixtures/clients/legacy-session.js';
import { type JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';

const isQuestion = ({ method, id }: JsonRpc) => method !== undefined && id !== undefined;
const isAnswer = ({ method }: JsonRpc) => method === undefined;
const isCancelled = ({ method }: JsonRpc) => method === 'notifications/cancelled';

const questionOf = (stream: SseClient) => stream.message(isQuestion);
const answerOf = (stream: SseClient) => stream.message(isAnswer);
const questionsOf = (stream: SseClient) => stream.messages.filter(isQuestion);

describe('a legacy call that asks', () => {
  let app: AskingApp;
  const rejected: unknown[] = [];
  const note = (reason: unknown) => void rejected.push(reason);
  beforeAll(async () => {
    process.on('unhandledRejection', note);
    app = await askingApp();
  });
  afterAll(async () => {
    // After these tests no pending request is left.
    expect(app.pending.size).toBe(0);
    await app.close();
    process.off('unhandledRejection', note);
    expect(rejected).toEqual([]);
  });
  const open = (options: SessionOptions = {}) =>
    LegacySession.open(app.port, { capabilities: ALL_CAPABILITIES, ...options });
  const reply = (session: LegacySession, { id }: JsonRpc, result: unknown) =>
    session.post({ jsonrpc: '2.0', id, result });

  it('a legacy call asks its question on the stream of its POST and on no other stream', async () => {
    const session = await open();
    const standalone = await session.get();
    const stream = await session.stream('greet', { city: 'Rome' });
    const question = await questionOf(stream);
    expect(question).toMatchObject({
      method: 'elicitation/create',
      params: { mode: 'form', message: 'Who lives in Rome?' },
    });
    expect((await reply(session, question, accept({ name: 'Ada' }))).status).toBe(202);
    expect(toolText(await answerOf(stream))).toBe('Hello, Ada of Rome');
    await stream.end();
    expect(standalone.messages).toEqual([]);
    await standalone.close();
  });

  it('a legacy call accepts the first answer to its question and ignores a second one', async () => {
    const session = await open();
    const stream = await session.stream('greet', { city: 'Rome' });
    const question = await questionOf(stream);
    const answers = ['Ada', 'Bob', 'Cleo'].map((name) => reply(session, question, accept({ name })));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(toolText(await answerOf(stream))).toMatch(/^Hello, (Ada|Bob|Cleo) of Rome$/);
    expect((await reply(session, question, accept({ name: 'late' }))).status).toBe(202);
    expect(stream.messages.filter(isAnswer)).toHaveLength(1);
  });

  it('a legacy call ignores an answer from another session, from another principal or to another id', async () => {
    const session = await open({ headers: { 'x-user': 'alice' } });
    const otherSession = await open({ headers: { 'x-user': 'alice' } });
    const otherPrincipal = await open({ headers: { 'x-user': 'mallory' } });
    const stream = await session.stream('greet', { city: 'Rome' });
    const question = await questionOf(stream);
    const wrong = accept({ name: 'Mallory' });
    for (const other of [otherSession, otherPrincipal]) expect((await reply(other, question, wrong)).status).toBe(202);
    const foreignAnswer = await otherPrincipal.post(
      { jsonrpc: '2.0', id: question.id, result: wrong },
      { 'mcp-session-id': session.id },
    );
    expect(foreignAnswer.status).toBe(404);
    await reply(session, { jsonrpc: '2.0', id: `${question.id}x` }, wrong);
    await reply(session, question, accept({ name: 'Ada' }));
    expect(toolText(await answerOf(stream))).toBe('Hello, Ada of Rome');
  });

  it('a legacy call asks again when an answer does not match the form', async () => {
    const session = await open();
    const stream = await session.stream('greet', { city: 'Rome' });
    const question = await questionOf(stream);
    await reply(session, question, accept({ name: 12345 }));
    const again = await stream.message((message) => isQuestion(message) && message.id !== question.id);
    expect(again.params).toEqual(question.params);
    await reply(session, again, accept({ name: 'Ada' }));
    expect(toolText(await answerOf(stream))).toBe('Hello, Ada of Rome');
  });

  it.each(['insatiable', 'greet'])(
    'a legacy call of the tool %s fails after the maximum number of questions',
    async (name) => {
      const session = await open();
      const stream = await session.stream(name, name === 'greet' ? { city: 'Rome' } : {});
      for (let n = 0; n < 8; n++) {
        await stream.message(() => questionsOf(stream).length > n);
        await reply(session, questionsOf(stream)[n]!, accept(name === 'greet' ? { name: 0 } : { name: 'more' }));
      }
      expect(toolText(await answerOf(stream))).toBe('The call has asked for input 8 times and still needs more');
      expect(questionsOf(stream)).toHaveLength(8);
    },
  );

  it('a client that answers a question with an error makes the legacy call fail with that error (J-9)', async () => {
    const session = await open();
    const stream = await session.stream('greet', { city: 'Rome' });
    const { id } = await questionOf(stream);
    await session.post({ jsonrpc: '2.0', id, error: { code: -1, message: 'not today' } });
    const answer = await answerOf(stream);
    expect(answer.result).toMatchObject({ isError: true });
    expect(toolText(answer)).toBe('The client refused: not today');
  });

  it('cancelling a legacy call also cancels its open question (G-47)', async () => {
    const session = await open();
    const stream = await session.stream('greet', { city: 'Rome' }, 'the-call');
    const question = await questionOf(stream);
    await session.notify('notifications/cancelled', { requestId: 'the-call', reason: 'changed my mind' });
    const cancelled = await stream.message(isCancelled);
    expect(cancelled.params).toEqual({ requestId: question.id, reason: 'changed my mind' });
    await stream.end();
    expect(stream.messages.filter(isAnswer)).toEqual([]);
    expect((await reply(session, question, accept({ name: 'late' }))).status).toBe(202);
    expect(app.pending.size).toBe(0);
  });

  it('a legacy call that finishes before its question was answered cancels the question', async () => {
    const session = await open();
    const stream = await session.stream('floating_slowly');
    const { id } = await questionOf(stream);
    app.gate.release('floating');
    expect(toolText(await answerOf(stream))).toBe('done');
    expect(stream.messages.filter(isCancelled).map(({ params }) => params!.requestId as unknown)).toEqual([id]);
    expect(app.pending.size).toBe(0);
  });

  it('a legacy call that finishes before its questions were made asks none of them', async () => {
    const session = await open();
    expect(toolText(await session.call('floating'))).toBe('done');
    expect(app.pending.size).toBe(0);
  });

  it('a legacy call cancels its other questions when one of several is refused (J-5)', async () => {
    const session = await open();
    const stream = await session.stream('cold_forms');
    await stream.message(() => questionsOf(stream).length === 2);
    const [first, second] = questionsOf(stream);
    await session.post({ jsonrpc: '2.0', id: first!.id, error: { code: -1, message: 'no' } });
    expect(toolText(await answerOf(stream))).toBe('The client refused: no');
    expect(stream.messages.filter(isCancelled).map(({ params }) => params!.requestId as unknown)).toEqual([second!.id]);
  });

  it('a legacy call that waits for an answer ends with its session', async () => {
    const session = await open();
    const stream = await session.stream('catching');
    await questionOf(stream);
    const before = app.tools.counts.finally ?? 0;
    expect((await session.end()).status).toBe(204);
    await stream.end();
    await expect.poll(() => app.tools.counts.finally).toBe(before + 1);
    expect(app.pending.size).toBe(0);
  });

  it('a legacy call survives a lost connection: it repeats the question, accepts the answer and returns the result (J-7)', async () => {
    const session = await open();
    const stream = await session.stream('greet', { city: 'Rome' });
    const { id: primed } = await stream.frame(({ id }) => id !== undefined);
    const question = await questionOf(stream);
    await stream.close();
    const resumed = await session.get(primed);
    expect(await questionOf(resumed)).toEqual(question);
    await reply(session, question, accept({ name: 'Ada' }));
    expect(toolText(await answerOf(resumed))).toBe('Hello, Ada of Rome');
    await resumed.end();
  });

  it('a legacy call accepts an answer while its client has no open stream', async () => {
    const session = await open();
    const stream = await session.stream('greet', { city: 'Rome' });
    const question = await questionOf(stream);
    const cursor = stream.lastEventId!;
    await stream.close();
    await reply(session, question, accept({ name: 'Ada' }));
    const resumed = await session.get(cursor);
    expect(toolText(await answerOf(resumed))).toBe('Hello, Ada of Rome');
    expect(questionsOf(resumed)).toEqual([]);
  });

  it('a method that returns inputRequired() runs again with the answers, even when an answer does not help', async () => {
    const session = await open();
    const stream = await session.stream('explicit');
    await reply(session, await questionOf(stream), accept({}));
    await stream.message(() => questionsOf(stream).length === 2);
    await reply(session, questionsOf(stream)[1]!, accept({ name: 'Ada' }));
    expect(toolText(await answerOf(stream))).toBe('Hello, Ada: {"round":2}, who');
  });

  it('a method that asks for no input but for time runs again in a legacy call', async () => {
    expect(toolText(await (await open()).call('waits'))).toBe('waited');
  });

  it('concurrent legacy calls each ask their own question and get their own answer', async () => {
    const session = await open();
    const cities = Array.from({ length: 20 }, (_, n) => `City${n}`);
    const ends = cities.map(async (city) => {
      const stream = await session.stream('greet', { city });
      await reply(session, await questionOf(stream), accept({ name: `of ${city}` }));
      return toolText(await answerOf(stream));
    });
    expect(await Promise.all(ends)).toEqual(cities.map((city) => `Hello, of ${city} of ${city}`));
  });

  it.each([
    ['prompts/get', { name: 'greeting', arguments: {} }, /Greet Ada/],
    ['resources/read', { uri: 'ask://Rome' }, /Ada of Rome/],
  ])('a legacy client can be asked during %s', async (method, params, text) => {
    const session = await open();
    const stream = await SseClient.open(app.port, session.raw(session.message(method, params)));
    await reply(session, await questionOf(stream), accept({ name: 'Ada' }));
    expect(JSON.stringify((await answerOf(stream)).result)).toMatch(text);
  });

  it('a call that cannot ask its client tells the model if it is a tool and the client otherwise (J-4)', async () => {
    const session = await open({ capabilities: {} });
    expect((await session.call('greet', { city: 'Rome' })).result).toMatchObject({ isError: true });
    expect((await session.request('prompts/get', { name: 'greeting', arguments: {} })).error).toMatchObject({
      code: -32021,
    });
  });

  it('a legacy client that does not read streams cannot be asked (J-4)', async () => {
    const session = await open();
    const body = session.message('tools/call', { name: 'greet', arguments: { city: 'Rome' } });
    const { status, body: text } = await session.post(body, { accept: 'application/json' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ result: { isError: true } });
    expect(text).toContain('does not read the stream');
  });

  describe('of an older revision', () => {
    it('a 2025-06-18 client gets enumNames for titles and no mode, and cannot be asked for a list or a URL', async () => {
      const session = await open({ revision: '2025-06-18' });
      const stream = await session.stream('colours');
      const question = await questionOf(stream);
      expect(question.params).toEqual({
        message: 'Which colour?',
        requestedSchema: {
          type: 'object',
          properties: {
            one: { type: 'string', enum: ['r', 'b'], enumNames: ['Red', 'Blue'] },
            sure: { type: 'boolean', default: true },
            note: { type: 'string' },
          },
          required: ['one'],
        },
      });
      await reply(session, question, accept({ one: 'r' }));
      expect(JSON.parse(toolText(await answerOf(stream))!)).toMatchObject({ action: 'accept', content: { one: 'r' } });
      expect(toolText(await session.call('list'))).toMatch(/cannot be asked for a list/);
      expect((await session.call('page')).result).toMatchObject({ isError: true });
      expect(toolText(await session.call('can'))).not.toContain('elicitation.url');
    });

    it.each(['2025-03-26', '2024-11-05'])(
      'a %s client cannot be asked by elicitation but can be asked to sample',
      async (revision) => {
        const session = await open({ revision });
        expect((await session.call('greet', { city: 'Rome' })).result).toMatchObject({ isError: true });
        expect(toolText(await session.call('can'))).toBe('sampling roots');
        const stream = await session.stream('sampled');
        const content = { type: 'text', text: 'Paris' };
        await reply(session, await questionOf(stream), { role: 'assistant', content, model: 'm' });
        expect(JSON.parse(toolText(await answerOf(stream))!)).toEqual(content);
      },
    );
  });

  it('elicitUrl() sends an elicitation id of its own to a 2025-11-25 client (J-3)', async () => {
    const session = await open();
    const stream = await session.stream('page');
    const question = await questionOf(stream);
    expect(question.params).toMatchObject({
      mode: 'url',
      url: 'https://example.com/start',
      elicitationId: expect.any(String) as unknown,
    });
    await reply(session, question, { action: 'accept' });
    expect(toolText(await answerOf(stream))).toBe('accept');
  });
});

describe('closeStream() of a legacy call', () => {
  let app: AskingApp;
  beforeAll(async () => {
    app = await askingApp();
  });
  afterAll(() => app.close());

  it('closeStream() ends the connection with a retry hint, and a client that reconnects gets the result (G-30)', async () => {
    const session = await LegacySession.open(app.port);
    const stream = await session.stream('polled', {}, 7);
    await stream.end();
    expect(stream.complete).toBe(true);
    expect(stream.frames[0]).toMatchObject({ id: expect.any(String) as unknown, data: '' });
    expect(stream.frames.at(-1)).toEqual({ retry: 1000 });
    const resumed = await session.get(stream.lastEventId);
    app.gate.release('polled');
    expect(await answerOf(resumed)).toMatchObject({ id: 7, result: { content: [{ text: 'polled' }] } });
    await resumed.end();
  });

  it('closeStream() does nothing for a client that would not reconnect (G-24)', async () => {
    const session = await LegacySession.open(app.port, { revision: '2025-06-18' });
    expect(toolText(await session.call('polled'))).toBe('polled');
  });
});

it('a question that is not answered before its deadline is cancelled', async () => {
  const app = await askingApp({ inputTimeoutMs: 30 });
  const session = await LegacySession.open(app.port, { capabilities: ALL_CAPABILITIES });
  const stream = await session.stream('greet', { city: 'Rome' });
  const question = await questionOf(stream);
  const answer = await answerOf(stream);
  expect(answer.result).toMatchObject({ isError: true });
  expect(toolText(answer)).toBe('The client did not answer in time');
  expect(stream.messages.find(isCancelled)?.params).toMatchObject({ requestId: question.id });
  expect(app.pending.size).toBe(0);
  await app.close();
});

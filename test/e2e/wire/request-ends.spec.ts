import { EventLog } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

const isLog = ({ method }: JsonRpc) => method === 'notifications/message';

describe.each(ADAPTERS)('every request ends (P6) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter);
  });
  afterAll(() => wire.close());

  it('P6 a request beyond the limit of unfinished streams per session still gets its response', async () => {
    const session = await LegacySession.open(wire.port);
    const key = `full ${adapter}`;
    const held: SseClient[] = [];
    for (let i = 0; i < 256; i++) held.push(await session.stream('holdLoudly', { key }));
    const more = await session.stream('speak', { count: 2 }, 'more');
    await more.message(({ id }) => id === 'more');
    await more.end();
    wire.gate.release(key);
    await Promise.all(held.map((stream) => stream.end()));
    const later = await session.stream('speak', { count: 1 }, 'later');
    await later.end();
    expect(later.messages.at(-1)).toMatchObject({ id: 'later', result: {} });
  });

  it('P6 a request whose response the event log refuses is answered to its open connection, and later to one that resumes', async () => {
    const session = await LegacySession.open(wire.port);
    const log = wire.app.get(EventLog);
    const append = log.append.bind(log);
    let refused = 0;
    const [there, gone] = [
      await session.stream('holdLoudly', { key: `a ${adapter}` }, 'there'),
      await session.stream('holdLoudly', { key: `b ${adapter}` }, 'gone'),
    ];
    await Promise.all([there.message(isLog), gone.message(isLog)]);
    await gone.close();
    log.append = (key, stream, data, options) => {
      if (!options?.final || refused++ >= 4) return append(key, stream, data, options);
      return Promise.reject(new Error('the backend is unavailable'));
    };
    for (const key of ['a', 'b']) wire.gate.release(`${key} ${adapter}`);
    expect(await there.message(({ id }) => id === 'there')).toHaveProperty('result');
    const back = await session.get(gone.lastEventId);
    expect(await back.message(({ id }) => id === 'gone')).toHaveProperty('result');
    await Promise.all([there.end(), back.end()]);
    log.append = append;
  });

  it('P6 a request that runs when the server shuts down still gets a response', async () => {
    const closing = await wireApp(adapter, { drainTimeoutMs: 50 });
    const session = await LegacySession.open(closing.port);
    const loud = await session.stream('holdLoudly', { key: 'never' }, 'loud');
    await loud.message(isLog);
    const quiet = session.post(session.message('tools/call', { name: 'hold', arguments: { key: 'quiet' } }, 'quiet'));
    const modern = send(closing.port, call('hold', { key: 'modern' }, { id: 'modern' }));
    await Promise.all(['quiet', 'modern'].map((key) => closing.gate.reached(`waiting ${key}`)));
    await closing.close();
    await loud.end();
    const error = { code: -32603, message: 'The server is shutting down' };
    expect(loud.messages.at(-1)).toMatchObject({ id: 'loud', error });
    expect(JSON.parse((await quiet).body)).toMatchObject({ id: 'quiet', error });
    const reply = await modern;
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    expect(JSON.parse(reply.body)).toMatchObject({ id: 'modern', error });
  });
});

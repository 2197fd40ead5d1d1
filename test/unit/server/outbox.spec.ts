import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryEventLog } from '../../../lib/memory/memory-event-log.js';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { MemorySessionStore } from '../../../lib/memory/memory-session-store.js';
import { BackendUnavailableError } from '../../../lib/session/backend-unavailable.js';
import { type LogLine, Outbox } from '../../../lib/server/outbox.js';
import { STANDALONE_STREAM, STREAM_START } from '../../../lib/stream/event-log.js';

const KEY = { principal: 'alice', id: 'session-1' };
const line = (text: string, level: LogLine['level'] = 'error'): LogLine => ({ level, text });

let store: MemorySessionStore;
let log: MemoryEventLog;
let outbox: Outbox;

beforeEach(async () => {
  store = new MemorySessionStore();
  log = new MemoryEventLog({ sessions: store, broker: new MemoryMessageBroker() });
  outbox = new Outbox(store, log);
  await store.create({ ...KEY, revision: '2025-11-25', clientCapabilities: {}, initialized: true });
});

afterEach(() => {
  vi.restoreAllMocks();
  log.close();
  store.close();
});

const storedTexts = async () => {
  const { entries } = await log.read(KEY, STANDALONE_STREAM, STREAM_START, 1000);
  return entries.map(({ data }) => data);
};

describe('Outbox', () => {
  it('Outbox reads the session once for concurrent messages and keeps their order', async () => {
    const [find, peek] = [vi.spyOn(store, 'find'), vi.spyOn(store, 'peek')];
    const texts = Array.from({ length: 100 }, (_, n) => `${n}`);
    expect(new Set(await Promise.all(texts.map((text) => outbox.send(KEY.id, line(text)))))).toEqual(
      new Set(['stored']),
    );
    expect(await storedTexts()).toEqual(texts);
    expect([find, peek].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it('Outbox keeps the order of messages sent while the owner of the session is looked up', async () => {
    const find = store.find.bind(store);
    let found = (): void => undefined;
    const delay = new Promise<void>((resolve) => (found = resolve));
    vi.spyOn(store, 'find').mockImplementationOnce((id) => delay.then(() => find(id)));
    const first = outbox.send(KEY.id, line('1'));
    await Promise.resolve();
    const second = outbox.send(KEY.id, line('2'), KEY);
    found();
    await Promise.all([first, second]);
    expect(await storedTexts()).toEqual(['1', '2']);
  });

  it('Outbox caches the owner of a session but reads the session for each message', async () => {
    const find = vi.spyOn(store, 'find');
    await outbox.send(KEY.id, line('1', 'info'));
    await store.update(KEY, { logLevel: 'error' });
    expect(await outbox.send(KEY.id, line('2', 'info'))).toBe('filtered');
    await store.end(KEY);
    expect(await outbox.send(KEY.id, line('3'))).toBe('unknown');
    expect(find).toHaveBeenCalledTimes(1);
    // The owner of an ended session is not cached.
    await outbox.send(KEY.id, line('4'));
    expect(find).toHaveBeenCalledTimes(2);
  });

  it('Outbox rejects only the message that cannot be serialised', async () => {
    const unwritable: LogLine = {
      level: 'error',
      get text(): string {
        throw new TypeError('circular');
      },
    };
    const sent = [line('1'), unwritable, line('2')].map((each) => outbox.send(KEY.id, each));
    const outcomes = await Promise.allSettled(sent);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await storedTexts()).toEqual(['1', '2']);
  });

  it('Outbox rejects messages while the store is unavailable and recovers afterwards', async () => {
    vi.spyOn(store, 'peek').mockRejectedValueOnce(new BackendUnavailableError('unavailable'));
    const lost = await Promise.allSettled(['1', '2'].map((text) => outbox.send(KEY.id, line(text))));
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await outbox.send(KEY.id, line('3'))).toBe('stored');
    expect(await storedTexts()).toEqual(['3']);
  });

  it('P10 Outbox bounds the number of waiting messages and frees their places', async () => {
    const small = new Outbox(store, log, 2);
    const sent = ['1', '2'].map((text) => small.send(KEY.id, line(text)));
    await expect(small.send('another', line('3'))).rejects.toThrow(BackendUnavailableError);
    await Promise.all(sent);
    expect(await small.send(KEY.id, line('4'))).toBe('stored');
  });
});

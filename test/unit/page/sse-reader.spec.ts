import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents, SseReader } from '../../../inspector/src/net/sse-reader.js';

const read = (...pieces: string[]) => {
  const reader = new SseReader();
  return { events: pieces.flatMap((piece) => reader.push(piece)), reader };
};
const message = (data: string) => ({ event: 'message', data });

describe('the SSE reader of the page', () => {
  it.each([
    ['a line feed', 'data: a\n\n'],
    ['a carriage return and a line feed', 'data: a\r\n\r\n'],
    ['a carriage return', 'data: a\r\rdata: b\r'],
    ['a byte order mark first', '\uFEFFdata: a\n\n'],
    ['no space after the colon', 'data:a\n\n'],
    ['a comment before it', ': hello\n\ndata: a\n\n'],
    ['an unknown field', 'colour: blue\ndata: a\n\n'],
  ])('an event with %s is read', (_what, text) => {
    expect(read(text).events).toEqual([message('a')]);
  });

  it('lines of data are joined, and only one space is taken away', () => {
    expect(read('data:  a\ndata\ndata: b\n\n').events).toEqual([message(' a\n\nb')]);
  });

  it('an event without data is not one, but its id and its retry count', () => {
    const { events, reader } = read('id: 7\nretry: 250\n\n');
    expect(events).toEqual([]);
    expect(reader).toMatchObject({ lastEventId: '7', retryMs: 250 });
  });

  it('an event that is not complete is not one', () => {
    expect(read('data: a\n').events).toEqual([]);
  });

  it('the name of an event holds for one event', () => {
    expect(read('event: x\ndata: a\n\ndata: b\n\n').events).toEqual([{ event: 'x', data: 'a' }, message('b')]);
  });

  it('it does not matter where a stream is cut into pieces', () => {
    const lines = fc.array(fc.constantFrom('data: a', 'data: b c', 'id: 1', ': x', 'event: e', 'retry: 5', ''));
    const ending = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(lines, ending, fc.array(fc.nat(100)), (all, end, cuts) => {
        const text = [...all, '', ''].join(end);
        const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((to, index) => text.slice(at[index], to));
        // A CR at the very end waits for what follows, in whatever way it arrived.
        expect(read(...pieces, '\n').events).toEqual(read(text, '\n').events);
      }),
    );
  });

  it('characters that are cut into pieces are put together, and leaving the loop cancels the body', async () => {
    const bytes = new TextEncoder().encode('data: grün\n\ndata: b\n\n');
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => bytes.forEach((byte) => controller.enqueue(Uint8Array.of(byte))),
      cancel: () => void (isCancelled = true),
    });
    for await (const event of readEvents(body)) {
      expect(event).toEqual(message('grün'));
      break;
    }
    expect(isCancelled).toBe(true);
  });
});

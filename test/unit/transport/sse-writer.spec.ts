import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Subject } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Turns } from '../../../lib/limits/turns.js';
import { KeepAlive } from '../../../lib/transport/http/sse/keep-alive.js';
import type { SseEvent } from '../../../lib/transport/http/sse/sse-event.js';
import { writeSse, type SseEnd } from '../../../lib/transport/http/sse/sse-writer.js';
import { useFakeTimers } from '../../fixtures/time/fake-timers.js';

/** A response whose client reads only when the test calls readAll(). */
class Response extends EventEmitter {
  destroyed = false;
  ended = false;
  written: string[] = [];
  writableLength = 0;
  writeHead = vi.fn();
  flushHeaders = vi.fn();

  write(frame: string): void {
    this.written.push(frame);
    this.writableLength += frame.length;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  readAll(): void {
    this.writableLength = 0;
  }
}

describe('writeSse()', () => {
  beforeEach(() => useFakeTimers());

  function rig({ keepAliveMs = 1000, ...options }: { resumable?: boolean; keepAliveMs?: number } = {}) {
    const response = new Response();
    const frames = new Subject<SseEvent>();
    let end: SseEnd | undefined;
    const done = writeSse({ response: response as unknown as ServerResponse, remoteAddress: '' }, frames, {
      keepAlive: new KeepAlive(keepAliveMs),
      maxPendingBytes: 100,
      ...options,
    }).then((how) => (end = how));
    return { response, frames, done, end: () => end };
  }

  it('writeSse() sends a keep-alive comment after silence and none while frames are sent', async () => {
    const { response, frames } = rig();
    await vi.advanceTimersByTimeAsync(1000);
    expect(response.written).toEqual([': keep-alive\n\n']);
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(700);
      frames.next({ data: 'x' });
    }
    expect(response.written.slice(1)).toEqual(Array<string>(5).fill('data: x\n\n'));
  });

  it('all streams share one timer for their keep-alive comments, and only the quiet ones get one', async () => {
    const options = { keepAlive: new KeepAlive(1000), maxPendingBytes: 1e6 };
    const frames = new Subject<SseEvent>();
    const [quiet, busy] = [new Response(), new Response()];
    for (const [response, events] of [[quiet, new Subject<SseEvent>()] as const, [busy, frames] as const]) {
      void writeSse({ response: response as unknown as ServerResponse, remoteAddress: '' }, events, options);
    }
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(500);
    frames.next({ data: 'x' });
    await vi.advanceTimersByTimeAsync(500);
    expect([quiet.written, busy.written]).toEqual([[': keep-alive\n\n'], ['data: x\n\n']]);
    for (const response of [quiet, busy]) response.destroy();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('writeSse() counts a large event as work of its client, who waits for the next turn, and a small one as none', () => {
    const turns = new Turns();
    const response = new Response() as unknown as ServerResponse;
    const frames = new Subject<SseEvent>();
    const options = { keepAlive: new KeepAlive(1000), maxPendingBytes: 1e6 };
    void writeSse({ response, turns, remoteAddress: 'greedy' }, frames, options);
    frames.next({ data: 'x'.repeat(1000) });
    expect(turns.take('greedy', 100)).toBeUndefined();
    frames.next({ data: 'x'.repeat(100_000) });
    expect(turns.take('greedy', 100)).toBeInstanceOf(Promise);
    expect(turns.take('modest', 100)).toBeUndefined();
  });

  it('writeSse() ends the response with its frames and leaves no timer or listener', async () => {
    const { response, frames, done } = rig();
    frames.complete();
    expect(await done).toBe('completed');
    expect(response.ended).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(response.listenerCount('close')).toBe(0);
  });

  it('writeSse() unsubscribes when the client disconnects', async () => {
    const { response, frames, done } = rig();
    response.destroy();
    expect(await done).toBe('disconnected');
    expect(frames.observed).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('writeSse() writes nothing for a client that has already disconnected', async () => {
    const response = new Response();
    response.destroyed = true;
    const frames = new Subject<SseEvent>();
    const options = { keepAlive: new KeepAlive(1000), maxPendingBytes: 100 };
    const context = { response: response as unknown as ServerResponse, remoteAddress: '' };
    expect(await writeSse(context, frames, options)).toBe('disconnected');
    expect(frames.observed).toBe(false);
    expect(response.writeHead).not.toHaveBeenCalled();
  });

  it('T-57 an error of the frames destroys the connection and is not thrown', async () => {
    const { response, frames, done } = rig();
    frames.error(new Error('the log is unavailable'));
    expect(await done).toBe('failed');
    expect(response.destroyed).toBe(true);
    await vi.runAllTimersAsync();
  });

  it('one message over the limit does not count as a slow reader', () => {
    const { response, frames } = rig();
    frames.next({ data: 'x'.repeat(5000) });
    expect(response.destroyed).toBe(false);
  });

  it('a burst that is read soon after does not count as a slow reader', async () => {
    const { response, frames, end } = rig({ keepAliveMs: 60_000 });
    for (let i = 0; i < 7; i++) frames.next({ data: 'x'.repeat(100) });
    await vi.advanceTimersByTimeAsync(500);
    response.readAll();
    await vi.advanceTimersByTimeAsync(20_000);
    frames.next({ data: 'x' });
    expect(end()).toBeUndefined();
  });

  it.each([
    ['many times the limit', 0],
    ['the limit, for seconds', 6],
  ])('F9 a client that leaves %s unread is disconnected', async (_what, seconds) => {
    const { response, frames, done } = rig();
    for (let i = 0; i < 3; i++) frames.next({ data: 'x'.repeat(seconds > 0 ? 60 : 1000) });
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    if (seconds > 0) frames.next({ data: 'x' });
    expect(await done).toBe('overrun');
    expect(response.destroyed).toBe(true);
    expect(frames.observed).toBe(false);
  });

  it('F9 a resumable client receives what was written and is disconnected only if it reads nothing', async () => {
    const { response, frames, done } = rig({ resumable: true });
    frames.next({ data: 'x'.repeat(1000) });
    frames.next({ data: 'never written' });
    expect(await done).toBe('overrun');
    expect(response).toMatchObject({ ended: true, destroyed: false, written: [`data: ${'x'.repeat(1000)}\n\n`] });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(response.destroyed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

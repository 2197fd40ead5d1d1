import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { SessionNews } from '../../../lib/redis/session/session-news.js';
import { BackendUnavailableError } from '../../../lib/session/backend-unavailable.js';

const KEY = { principal: 'a-1:b', id: '-2' };

describe('SessionNews', () => {
  let broker: MemoryMessageBroker;
  let news: SessionNews;
  beforeEach(() => {
    broker = new MemoryMessageBroker({ onError: () => undefined });
    news = new SessionNews(broker, 'c');
  });

  it('tells of ends and changes, and who listens for ends of ends only', async () => {
    const [all, ends] = [vi.fn(), vi.fn()];
    news.onNews(all);
    news.onEnd(ends);
    await expect.poll(() => news.isComplete).toBe(true);
    await news.tell('changed', KEY);
    await news.tell('ended', KEY);
    await expect.poll(() => all.mock.calls).toEqual([['5:a-1:b-2'], ['5:a-1:b-2']]);
    expect(ends.mock.calls).toEqual([[KEY]]);
  });

  it('ignores an end whose key cannot be read, and tells nobody who has stopped to listen', async () => {
    const [all, ends] = [vi.fn(), vi.fn()];
    news.onNews(all);
    const stop = news.onEnd(ends);
    await expect.poll(() => news.isComplete).toBe(true);
    await broker.publish('c', '-nonsense');
    stop();
    await news.tell('ended', KEY);
    await expect.poll(() => all.mock.calls.length).toBe(2);
    expect(ends).not.toHaveBeenCalled();
  });

  it('subscribes once, and again after that has failed', async () => {
    const subscribe = vi.spyOn(broker, 'subscribe').mockRejectedValueOnce(new BackendUnavailableError('unavailable'));
    news.listen();
    news.listen();
    await expect.poll(() => subscribe.mock.settledResults.length).toBe(1);
    expect(news.isComplete).toBe(false);
    await expect
      .poll(() => {
        news.listen();
        return news.isComplete;
      })
      .toBe(true);
    news.listen();
    expect(subscribe).toHaveBeenCalledTimes(2);
  });
});

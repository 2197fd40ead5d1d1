import { describe, expect, it, vi } from 'vitest';
import type { InFlight } from '../../../lib/engine/in-flight.js';
import { SessionEnds } from '../../../lib/engine/session-ends.js';
import { MemorySessionStore } from '../../../lib/memory/memory-session-store.js';
import type { SessionStore } from '../../../lib/session/session-store.js';

const KEY = { principal: 'alice', id: '1' };

function rig(sessions: Pick<SessionStore, 'onEndAnywhere'>) {
  const [cancelSession, publish] = [vi.fn(), vi.fn(async () => undefined)];
  const ends = new SessionEnds(sessions as SessionStore, { cancelSession } as unknown as InFlight, { publish });
  return { ends, cancelSession, publish };
}

describe('SessionEnds', () => {
  it('cancels what runs in a session of whose end the store tells, and tells nobody itself', async () => {
    const store = new MemorySessionStore();
    const { ends, cancelSession, publish } = rig(store);
    await store.create({ ...KEY, revision: '2025-11-25', clientCapabilities: {}, initialized: true });
    await store.end(KEY);
    await ends.tell(KEY);
    expect(cancelSession.mock.calls).toEqual([[KEY, 'the session has ended']]);
    expect(publish).not.toHaveBeenCalled();
    ends.close();
    await store.create({ ...KEY, revision: '2025-11-25', clientCapabilities: {}, initialized: true });
    await store.end(KEY);
    expect(cancelSession).toHaveBeenCalledTimes(1);
    store.close();
  });

  it('tells all instances, if the store does not', async () => {
    const { ends, cancelSession, publish } = rig({ onEndAnywhere: () => undefined });
    await ends.tell(KEY);
    expect(publish.mock.calls).toEqual([[{ type: 'session-ended', session: KEY }]]);
    ends.heard(KEY);
    expect(cancelSession.mock.calls).toEqual([[KEY, 'the session has ended']]);
  });
});

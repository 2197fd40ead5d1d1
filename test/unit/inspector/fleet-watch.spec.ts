import { describe, expect, it } from 'vitest';
import { FleetWatch } from '../../../lib/inspector/fleet/fleet-watch.js';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';

const channels = { watch: 'watch', reports: 'reports' };

describe('FleetWatch', () => {
  it('ends the pages that watch when it closes, and those that come back at once', () => {
    const broker = new MemoryMessageBroker({ onError: () => undefined });
    const lists = () => ({ close: () => undefined });
    const report = () => undefined;
    const watch = new FleetWatch({ broker, channels, instance: 'a', goneAfterMs: 4000, lists, report });
    const ended: string[] = [];
    watch.events$.subscribe({ complete: () => ended.push('first') });
    expect(watch.size).toBe(1);
    watch.close();
    expect([ended, watch.size]).toEqual([['first'], 0]);
    watch.events$.subscribe({ complete: () => ended.push('second') });
    expect([ended, watch.size]).toEqual([['first', 'second'], 0]);
  });
});

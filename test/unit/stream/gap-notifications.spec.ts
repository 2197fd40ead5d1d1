import { describe, expect, it } from 'vitest';
import { type GapCapabilities, gapNotifications } from '../../../lib/stream/gap-notifications.js';
import type { LogLevel } from '../../../lib/protocol/log-levels.js';

const signal = (capabilities: GapCapabilities, subscriptions: string[] = [], logLevel?: LogLevel) =>
  gapNotifications({ capabilities, subscriptions, logLevel, reason: 'history' }).map((text) => {
    expect(text).not.toMatch(/[\r\n]/);
    const message = JSON.parse(text) as {
      jsonrpc: string;
      id?: unknown;
      method: string;
      params?: Record<string, unknown>;
    };
    expect(message.jsonrpc).toBe('2.0');
    expect(message).not.toHaveProperty('id');
    return message;
  });
const methods = (...args: Parameters<typeof signal>) => signal(...args).map(({ method }) => method);

describe('gapNotifications()', () => {
  const changed = { listChanged: true };
  it.each<[string, GapCapabilities, string[]]>([
    ['nothing', {}, []],
    ['lists that do not change', { tools: {}, prompts: { listChanged: false }, resources: {} }, []],
    ['tools', { tools: changed }, ['notifications/tools/list_changed']],
    [
      'all lists',
      { resources: changed, prompts: changed, tools: changed },
      [
        'notifications/tools/list_changed',
        'notifications/prompts/list_changed',
        'notifications/resources/list_changed',
      ],
    ],
    ['logging', { logging: {} }, ['notifications/message']],
  ])(
    'a gap on a standalone stream with %s declared sends the list changes and warnings that fit',
    (_name, capabilities, expected) => {
      expect(methods(capabilities)).toEqual(expected);
    },
  );

  it('a gap on a standalone stream sends an update for each subscribed resource', () => {
    const uris = ['x:1', 'file:///a"b\n'];
    expect(signal({}, uris).map(({ params }) => params)).toEqual(uris.map((uri) => ({ uri })));
  });

  it('a gap on a standalone stream sends a warning with its reason unless the log level is above warning', () => {
    expect(signal({ logging: {} })[0]).toMatchObject({ params: { level: 'warning', data: { reason: 'history' } } });
    expect(methods({ logging: {} }, [], 'debug')).toEqual(['notifications/message']);
    expect(methods({ logging: {} }, [], 'warning')).toEqual(['notifications/message']);
    expect(methods({ logging: {} }, [], 'error')).toEqual([]);
  });
});

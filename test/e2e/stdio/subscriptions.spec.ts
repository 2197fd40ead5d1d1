import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SUBSCRIPTION_ID } from '../../fixtures/clients/mcp-requests.js';
import type { LineClient } from './line-client.js';
import { stdioApp, type StdioApp } from './stdio-app.js';

let stdio: StdioApp;
let client: LineClient;
beforeEach(async () => {
  stdio = await stdioApp();
  client = stdio.client;
});
afterEach(async () => {
  await stdio.close();
  expect(client.junk).toEqual([]);
});

const ACK = 'notifications/subscriptions/acknowledged';

/** Opens a subscription and waits for its acknowledgement. @returns both, the response as a promise */
async function listen(id: string | number, notifications: object) {
  const ended = client.modern(id, 'subscriptions/listen', { notifications });
  ended.catch(() => {});
  const ack = await client.until(
    ({ method, params }) => method === ACK && params._meta[SUBSCRIPTION_ID] === id,
    'the ack',
  );
  return { ack, ended };
}

describe('subscriptions/listen on stdio (§3)', () => {
  it('subscriptions/listen is acknowledged first, with the accepted filter', async () => {
    const { ack } = await listen(1, { toolsListChanged: true, resourceSubscriptions: ['wire://item/1', 'other://x'] });
    expect(client.messages[0]).toBe(ack);
    expect(ack.params.notifications).toEqual({ toolsListChanged: true, resourceSubscriptions: ['wire://item/1'] });
  });

  it('subscriptions/listen delivers only the requested notifications, tagged with its id', async () => {
    await listen('s', { toolsListChanged: true, resourceSubscriptions: ['wire://item/1'] });
    stdio.mcp.promptsChanged();
    await stdio.mcp.resourceUpdated('wire://item/2');
    await stdio.mcp.resourceUpdated('wire://item/1');
    await stdio.mcp.registerTool({ name: 'newcomer' }, () => 'hello');
    await client.notification('notifications/tools/list_changed');
    const received = client.messages.slice(1);
    expect(received.map(({ method }) => method).sort()).toEqual([
      'notifications/resources/updated',
      'notifications/tools/list_changed',
    ]);
    for (const { params } of received) expect(params._meta[SUBSCRIPTION_ID]).toBe('s');
  });

  it('a cancelled subscriptions/listen ends without a response, and others continue', async () => {
    await listen(1, { toolsListChanged: true });
    await listen('1', { toolsListChanged: true });
    client.notify('notifications/cancelled', { requestId: 1 });
    await client.call('fence', 'echo', { text: 'x' });
    await stdio.mcp.registerTool({ name: 'newcomer' }, () => 'hello');
    const changed = await client.notification('notifications/tools/list_changed');
    expect(changed.params._meta[SUBSCRIPTION_ID]).toBe('1');
    await client.call('fence 2', 'echo', { text: 'x' });
    expect(client.of('notifications/tools/list_changed')).toHaveLength(1);
    expect(client.messages.some(({ id }) => id === 1)).toBe(false);
  });

  it('subscriptions/listen ends with its result when the server shuts down', async () => {
    const { ended } = await listen(5, { toolsListChanged: true });
    const finished = stdio.connection.finish(5000);
    expect((await ended).result).toMatchObject({ resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: 5 } });
    await finished;
  });

  it.each([undefined, 'all', []])('subscriptions/listen refuses the filter %j', async (notifications) => {
    expect((await client.modern(1, 'subscriptions/listen', { notifications })).error?.code).toBe(-32602);
  });
});

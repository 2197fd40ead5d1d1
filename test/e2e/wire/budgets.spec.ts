import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { wireApp } from '../../fixtures/applications/wire-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call, modern } from '../../fixtures/clients/mcp-requests.js';
import { SseClient } from '../../fixtures/clients/sse-client.js';

/** More than the kernel takes on its own. */
const LARGE = 'z'.repeat(24 * 1024 * 1024);

it('health().budgets shows together what clients cost, and nothing once they have left', async () => {
  const { mcp, port, close } = await wireApp('fastify');
  await mcp.registerTool({ name: 'large' }, () => LARGE);
  const budgets = () => mcp.health().budgets;
  const nothing = { requests: 0, requestBytes: 0, unreadBytes: 0, listenUris: 0, storedBytes: 0 };
  expect(budgets()).toMatchObject({ ...nothing, maxRequests: 20_000, maxStoredBytes: 64 * 1024 * 1024 });

  const session = await LegacySession.open(port);
  const notifications = { resourceSubscriptions: ['wire://fixed', 'wire://item/1'] };
  const listener = await SseClient.open(port, modern('subscriptions/listen', { notifications }));
  await expect.poll(budgets).toMatchObject({ requests: 1, listenUris: 2 });
  expect(budgets().storedBytes).toBeGreaterThan(1024);
  expect(budgets().largestStoredShareBytes).toBe(budgets().storedBytes);

  const { headers, body } = call('large', {}, { accept: 'application/json' });
  const lines = Object.entries(headers!).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  const reader = connect(port, '127.0.0.1').on('error', () => {});
  await once(reader, 'connect');
  reader.pause();
  const length = Buffer.byteLength(body!);
  reader.write(
    `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${lines.join('')}\r\n${String(body)}`,
  );
  await expect.poll(() => budgets().unreadBytes, { timeout: 4000 }).toBeGreaterThan(LARGE.length / 2);
  expect(budgets().unreadBytes).toBeLessThanOrEqual(budgets().requestBytes);

  reader.destroy();
  await listener.close();
  await session.end();
  await expect.poll(budgets, { timeout: 4000 }).toMatchObject(nothing);
  await close();
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { fleetApp } from '../fixtures/applications/fleet-app.js';
import { modern } from '../fixtures/clients/mcp-requests.js';
import { type JsonRpc, SseClient } from '../fixtures/clients/sse-client.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const of = (method: string) => (message: JsonRpc) => message.method === method;
const CHANGED = 'notifications/tools/list_changed';

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

it('servers on different databases of one Redis do not hear each other', async () => {
  // Databases do not apply to PUBLISH and SUBSCRIBE.
  const [one, two] = await Promise.all([1, 2].map((db) => fleetApp({ redis: `${redis.url}/${db}` })));
  const listening = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const [here, there] = await Promise.all([one!, two!].map(({ port }) => SseClient.open(port, listening)));
  await Promise.all([here!, there!].map((stream) => stream.message(of('notifications/subscriptions/acknowledged'))));
  one!.mcp.toolsChanged();
  await here!.message(of(CHANGED));
  two!.mcp.toolsChanged();
  await there!.message(of(CHANGED));
  expect(there!.messages.filter(of(CHANGED))).toHaveLength(1);
  await Promise.all([here!.close(), there!.close()]);
  await Promise.all([one!.close(), two!.close()]);
});

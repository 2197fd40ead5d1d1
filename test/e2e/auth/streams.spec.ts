import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authApp } from '../../fixtures/applications/auth-app.js';
import { ADAPTERS, type NestApp } from '../../fixtures/applications/nest-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { SseClient } from '../../fixtures/clients/sse-client.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { bearerOf } from '../../fixtures/security/auth-requests.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
beforeAll(async () => void (issuer = await TokenIssuer.start()));
afterAll(() => issuer.close());

const listen = (app: NestApp, headers: Record<string, string>): Promise<SseClient> =>
  SseClient.open(app.port, modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, { headers }));
const isResult = ({ id }: { readonly id?: unknown }): boolean => id === 1;

describe.each(ADAPTERS)('streams of a token on %s', (adapter) => {
  it('O-18 end when it expires, on every instance, and its session goes on with another one', async () => {
    const redis = await RedisServer.start();
    const start = () => authApp({ issuers: [issuer.issuer] }, { adapter, mcp: { redis: redis.url } });
    const [one, two] = await Promise.all([start(), start()]);
    // So that the first requests, which are slow, are no part of the time that the token has.
    const fresh = await bearerOf(issuer);
    for (const { port } of [one, two]) await send(port, modern('tools/list', {}, { headers: fresh }));
    const short = await bearerOf(issuer, { expiresInS: 3 });
    const session = await LegacySession.open(one.port, { headers: short });
    const streams = await Promise.all([session.get(), listen(one, short), listen(two, short)]);
    await Promise.all(streams.map((stream) => stream.end()));
    expect(streams.map(({ complete }) => complete)).toEqual([true, true, true]);
    for (const stream of streams.slice(1))
      expect(stream.messages.find(isResult)?.result).toMatchObject({ resultType: 'complete' });
    expect((await send(one.port, session.getRequest())).status).toBe(401);

    const again = await SseClient.open(two.port, {
      ...session.getRequest(),
      headers: { ...session.getRequest().headers, ...fresh },
    });
    // It begins where its first event says, and not at its head.
    await again.frame(() => true);
    await one.mcp.sendToSession(session.id, { level: 'info', data: 'still there' });
    await again.message(({ params }) => params?.data === 'still there');
    await again.close();
    await Promise.all([one.close(), two.close()]);
    await redis.dispose();
  });
});

it('O-18 streams outlive their token if the server says so', async () => {
  const app = await authApp({ issuers: [issuer.issuer], endStreamsOnExpiry: false });
  const short = await bearerOf(issuer, { expiresInS: 1 });
  const stream = await listen(app, short);
  await expect.poll(async () => (await send(app.port, modern('tools/list', {}, { headers: short }))).status).toBe(401);
  app.mcp.toolsChanged();
  await stream.message(({ method }) => method === 'notifications/tools/list_changed');
  await stream.close();
  await app.close();
});

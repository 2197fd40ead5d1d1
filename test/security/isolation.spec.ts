import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call, LOG_LEVEL } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../fixtures/clients/sse-client.js';
import { textsIn } from '../fixtures/clients/truncated-stream.js';
import { ADAPTERS, wireApp, type WireApp } from '../fixtures/applications/wire-app.js';

const CLIENTS = 200;

describe.each(ADAPTERS)('clients with the same ids (SEC2) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter);
  });
  afterAll(() => wire.close());

  /** Everything that one client received contains its own secret and no other. */
  function isItsOwn(body: string, client: number): void {
    const texts = textsIn(body);
    expect(texts).toHaveLength(3);
    for (const text of texts) expect(text.match(/secret-\d+-/g)).toEqual([`secret-${client}-`]);
    expect((JSON.parse(texts[2]!) as JsonRpc).id).toBe(0);
  }

  it('SEC2 each of 200 modern clients with id 0 and progress token 0 gets only its own messages', async () => {
    const requests = Array.from({ length: CLIENTS }, async (_, client) => {
      const details = { id: 0, meta: { progressToken: 0, [LOG_LEVEL]: 'debug' } };
      const reply = await send(wire.port, call('secret', { text: `secret-${client}-` }, details));
      isItsOwn(reply.body, client);
    });
    await Promise.all(requests);
  });

  it('SEC2 each of 200 legacy sessions with id 0 and progress token 0 gets only its own messages', async () => {
    const requests = Array.from({ length: CLIENTS }, async (_, client) => {
      const session = await LegacySession.open(wire.port);
      const params = { name: 'secret', arguments: { text: `secret-${client}-` }, _meta: { progressToken: 0 } };
      isItsOwn((await session.post(session.message('tools/call', params, 0))).body, client);
      await session.end();
    });
    await Promise.all(requests);
  });

  it('SEC2 concurrent POSTs with the same id in one session each get their own response', async () => {
    const session = await LegacySession.open(wire.port);
    const requests = Array.from({ length: 20 }, async (_, client) => {
      const params = { name: 'secret', arguments: { text: `secret-${client}-` }, _meta: { progressToken: 0 } };
      isItsOwn((await session.post(session.message('tools/call', params, 0))).body, client);
    });
    await Promise.all(requests);
  });
});

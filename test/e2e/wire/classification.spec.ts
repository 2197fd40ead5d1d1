import { PrincipalRefusedError, PrincipalResolver, type PrincipalRequest } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';
import { BEFORE_THE_MESSAGE } from './classification/before-the-message.js';
import { ENVELOPE } from './classification/envelope.js';
import { REQUEST } from './classification/request.js';

class Gatekeeper extends PrincipalResolver {
  override resolve({ headers }: PrincipalRequest): undefined {
    if (headers.authorization === 'Bearer bad') {
      throw new PrincipalRefusedError(401, 'no', 'Bearer error="invalid_token"');
    }
  }
}

describe.each(ADAPTERS)('request classification (§1.2) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, {
      maxBodyBytes: 16_384,
      providers: [{ provide: PrincipalResolver, useClass: Gatekeeper }],
    });
  });
  afterAll(() => wire.close());

  it.each([...BEFORE_THE_MESSAGE, ...ENVELOPE, ...REQUEST])(
    'row $row: $when is answered with $status $code',
    async (wireCase) => {
      for (const id of ['text', 7, 0]) {
        const reply = await send(wire.port, wireCase.send(id));
        expect(reply.status).toBe(wireCase.status);
        expect(reply.headers).toMatchObject(wireCase.headers ?? {});
        expect(reply.headers).not.toHaveProperty('mcp-session-id');
        if (reply.body === '') {
          expect(wireCase.code).toBeUndefined();
          continue;
        }
        const body = JSON.parse(reply.body) as JsonRpc;
        expect(body.jsonrpc).toBe('2.0');
        if (wireCase.code !== undefined)
          expect(body.error).toMatchObject({ code: wireCase.code, message: expect.any(String) });
        if (wireCase.data) expect(body.error!.data).toMatchObject(wireCase.data);
        // The id is absent and never null (C-6), and keeps its type (C-7).
        if (wireCase.echoes ?? true) expect(body.id).toBe(id);
        else expect(body).not.toHaveProperty('id');
      }
    },
  );
});

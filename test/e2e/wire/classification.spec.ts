import { PrincipalRefusedError, PrincipalResolver, type PrincipalRequest } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';
import { BEFORE_THE_MESSAGE } from './classification/before-the-message.js';
import { ENVELOPE } from './classification/envelope.js';
import { REQUEST } from './classification/request.js';

class Doorman extends PrincipalResolver {
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
      providers: [{ provide: PrincipalResolver, useClass: Doorman }],
    });
  });
  afterAll(() => wire.close());

  it.each([...BEFORE_THE_MESSAGE, ...ENVELOPE, ...REQUEST])(
    'row $row: $when is answered with $status $code',
    async (rung) => {
      for (const id of ['text', 7, 0]) {
        const reply = await send(wire.port, rung.send(id));
        expect(reply.status).toBe(rung.status);
        expect(reply.headers).toMatchObject(rung.headers ?? {});
        expect(reply.headers).not.toHaveProperty('mcp-session-id');
        if (reply.body === '') {
          expect(rung.code).toBeUndefined();
          continue;
        }
        const body = JSON.parse(reply.body) as JsonRpc;
        expect(body.jsonrpc).toBe('2.0');
        if (rung.code !== undefined) expect(body.error).toMatchObject({ code: rung.code, message: expect.any(String) });
        if (rung.data) expect(body.error!.data).toMatchObject(rung.data);
        // Absent, never null (C-6), and of the type it came with (C-7).
        if (rung.echoes ?? true) expect(body.id).toBe(id);
        else expect(body).not.toHaveProperty('id');
      }
    },
  );
});

import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IssuerClient } from '../../../lib/auth/issuer-client.js';
import { collectGarbageAllTheTime, garbageCollected } from '../../fixtures/processes/garbage.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
beforeEach(async () => void (issuer = await TokenIssuer.start()));
afterEach(() => issuer.close());

const refusal = (part: string) => ({ reason: expect.stringContaining(part) as string });

/** Signals that garbage collection takes away while they are waited for would let requests wait forever. */
describe.each([
  ['answers', () => {}],
  ['ends its answer', (response: ServerResponse) => void response.write('{')],
])('however often garbage is collected, an issuer that never %s', (_title, answer) => {
  collectGarbageAllTheTime();

  it('is given up after timeoutMs', async () => {
    issuer.instead.set('/jwks', (_, response) => answer(response));
    const client = new IssuerClient({ timeoutMs: 200, allowHttp: false });
    await expect(client.fetchJson(issuer.jwksUri)).rejects.toMatchObject(refusal('does not answer in time'));
  });

  it('is given up when the server closes', async () => {
    const client = new IssuerClient({ timeoutMs: 60_000, allowHttp: false });
    const asked = new Promise<void>((resolve) => {
      issuer.instead.set('/jwks', (_, response) => {
        answer(response);
        resolve();
      });
    });
    const fetched = client.fetchJson(issuer.jwksUri);
    fetched.catch(() => {});
    await asked;
    await garbageCollected();
    client.close();
    await expect(fetched).rejects.toMatchObject(refusal('cannot be reached'));
  });
});

it('nothing is fetched after the server closed', async () => {
  const client = new IssuerClient({ timeoutMs: 200, allowHttp: false });
  client.close();
  await expect(client.fetchJson(issuer.jwksUri)).rejects.toMatchObject(refusal('cannot be reached'));
  expect(issuer.countOf('/jwks')).toBe(0);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { authApp, RESOURCE } from '../fixtures/applications/auth-app.js';
import type { NestApp } from '../fixtures/applications/nest-app.js';
import { call } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { LogCapture } from '../fixtures/security/log-capture.js';
import { TokenIssuer } from '../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
let app: NestApp;
let logs: LogCapture;
beforeAll(async () => {
  issuer = await TokenIssuer.start();
  logs = new LogCapture();
  const asked = { issuer: `${issuer.issuer}/x`, introspection: { clientId: 'a', clientSecret: 'CANARY-secret' } };
  app = await authApp({ issuers: [issuer.issuer, asked] }, { prepare: (one) => one.useLogger(logs) });
});
afterAll(async () => {
  logs.stop();
  await app.close();
  await issuer.close();
});

it('P15, Z-13 no token, signature or secret is in logs, answers or arguments, whatever becomes of the request', async () => {
  const good = await issuer.token(RESOURCE);
  const tokens = [good, `${good.slice(0, -8)}CANARY00`, 'CANARY-opaque', `CANARY.${good.split('.')[1]}.CANARY`];
  const breakages: [string, string][] = [
    ['*', '{"a":"CANARY'],
    ['*', ''],
  ];
  let said = '';
  for (const body of [undefined, ...breakages.map(([, text]) => text)]) {
    if (body !== undefined)
      issuer.instead.set('*', (_, response) => response.writeHead(body === '' ? 500 : 200).end(body));
    for (const token of tokens) {
      for (const scheme of ['Bearer', 'DPoP', 'Basic', '']) {
        const reply = await send(app.port, call('whoami', {}, { headers: { authorization: `${scheme} ${token}` } }));
        said += JSON.stringify(reply);
      }
    }
  }
  for (const text of [said, logs.lines.join('\n')]) {
    expect(text).not.toContain('CANARY');
    expect(text).not.toContain(good);
    expect(text).not.toContain(good.split('.')[2]);
  }
});

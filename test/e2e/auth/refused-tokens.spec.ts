import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authApp, METADATA, RESOURCE } from '../../fixtures/applications/auth-app.js';
import type { NestApp } from '../../fixtures/applications/nest-app.js';
import { modern } from '../../fixtures/clients/mcp-requests.js';
import { begin, send } from '../../fixtures/clients/raw-http.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
let other: TokenIssuer;
let app: NestApp;
beforeAll(async () => {
  [issuer, other] = await Promise.all([TokenIssuer.start('/a'), TokenIssuer.start('/b')]);
  app = await authApp({ issuers: [issuer.issuer] });
});
afterAll(async () => {
  await app.close();
  await Promise.all([issuer.close(), other.close()]);
});

const statusFor = async (token: string) => {
  const reply = await send(app.port, modern('tools/list', {}, { headers: { authorization: `Bearer ${token}` } }));
  return { status: reply.status, challenge: reply.headers['www-authenticate'] };
};
const refused = (description: string) => ({
  status: 401,
  challenge: `Bearer error="invalid_token", error_description="${description}", resource_metadata="http://localhost${METADATA}/mcp"`,
});

describe('the claims of a token', () => {
  it.each([
    ['that has expired', { expiresInS: -60 }, 'The token has expired'],
    ['that never expires', { claims: { exp: undefined } }, 'The access token is not valid'],
    ['that is not valid yet', { claims: { nbf: 9_999_999_999 } }, 'The access token is not valid'],
    ['without an audience', { claims: { aud: undefined } }, 'The token is not for this resource'],
    [
      'for another resource',
      { claims: { aud: 'https://elsewhere.example/mcp' } },
      'The token is not for this resource',
    ],
    ['for its host only', { claims: { aud: 'http://localhost' } }, 'The token is not for this resource'],
    [
      'of an unknown issuer',
      { claims: { iss: 'https://evil.example' } },
      'The issuer of the token is not accepted here',
    ],
    ['without an issuer', { claims: { iss: undefined } }, 'The access token is not valid'],
    [
      'without a subject and a client',
      { claims: { sub: undefined, client_id: undefined } },
      'The token names no subject',
    ],
    ['with an empty subject', { claims: { sub: '' } }, 'The token names no subject'],
    ['that is bound to a key', { claims: { cnf: { jkt: 'x' } } }, 'The token is bound to a key and needs a proof'],
    ['that is a DPoP proof', { header: { typ: 'dpop+jwt' } }, 'The token is no access token'],
    ['that is a logout token', { header: { typ: 'logout+jwt' } }, 'The token is no access token'],
  ])('R5, R13, R17, O-14 a token %s is refused', async (_title, wishes, description) => {
    expect(await statusFor(await issuer.token(RESOURCE, wishes))).toEqual(refused(description));
  });

  it.each([
    ['typ JWT', { header: { typ: 'JWT' } }],
    ['no typ', { header: { typ: undefined } }],
    ['a media type as typ', { header: { typ: 'application/at+jwt' } }],
    ['several audiences', { claims: { aud: ['https://elsewhere.example', RESOURCE] } }],
    ['an audience in upper case', { claims: { aud: 'HTTP://LOCALHOST/mcp' } }],
    ['a client as its subject', { claims: { sub: undefined } }],
  ])('R3, R13 a token with %s is accepted', async (_title, wishes) => {
    expect(await statusFor(await issuer.token(RESOURCE, wishes))).toMatchObject({ status: 200 });
  });
});

describe('the signature of a token', () => {
  const claims = () => ({ iss: issuer.issuer, sub: 'eve', aud: RESOURCE, exp: Math.floor(Date.now() / 1000) + 60 });

  it('O-16 one without a signature is refused', async () => {
    expect((await statusFor(new UnsecuredJWT(claims()).encode())).status).not.toBe(200);
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const body = Buffer.from(JSON.stringify(claims())).toString('base64url');
    expect(await statusFor(`${none}.${body}.x`)).toMatchObject({ status: 401 });
  });

  it('O-16 a symmetric signature, even with the public key as the secret, is refused', async () => {
    const secret = Buffer.from('0123456789abcdef0123456789abcdef');
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(secret);
    expect(await statusFor(token)).toMatchObject({ status: 401 });
  });

  it('a signature with another key is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', kid: 'key-1' }).sign(privateKey);
    expect(await statusFor(token)).toEqual(refused('The signature of the token is not valid'));
  });

  it('a key of another issuer signs nothing here', async () => {
    const token = await other.token(RESOURCE, { claims: { iss: issuer.issuer } });
    expect(await statusFor(token)).toMatchObject({ status: 401 });
  });

  it('the keys in the header of a token are not used', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const jku = other.jwksUri;
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', kid: 'mine', jku }).sign(privateKey);
    expect(await statusFor(token)).toEqual(refused('The key of the token is not known'));
    expect(other.countOf('/jwks')).toBe(0);
  });
});

describe('the Authorization header', () => {
  it.each([
    ['Bearer', 400],
    ['Bearer ', 400],
    ['Bearer a b', 400],
    ['Bearer a,b', 400],
    ['Bearer "a"', 400],
    ['Basic YTpi', 401],
    ['Bearer x', 401],
    ['bearer x', 401],
    [`Bearer ${'x'.repeat(13_000)}`, 401],
    ['DPoP x', 401],
  ])('R6 %s is answered %i', async (authorization, status) => {
    const reply = await send(app.port, modern('tools/list', {}, { headers: { authorization } }));
    expect(reply.status).toBe(status);
    expect(reply.headers['www-authenticate']).toContain('resource_metadata=');
  });

  it('R6 two of them are answered 400, whichever is valid', async () => {
    const { headers, body } = modern('tools/list');
    const token = await issuer.token(RESOURCE);
    const response = await begin(app.port, {
      body,
      headers: { ...headers, Authorization: [`Bearer ${token}`, 'Bearer x'] },
    });
    response.resume();
    expect(response.statusCode).toBe(400);
    expect(response.headers['www-authenticate']).toContain('error="invalid_request"');
  });

  it('O-13 nothing of a request is in the challenge', async () => {
    const { challenge } = await statusFor('evil.evil.evil');
    expect(challenge).not.toContain('evil');
  });
});

it('R16 a token for somebody else, too, is refused if the server wants tokens for itself only', async () => {
  const strict = await authApp({ issuers: [issuer.issuer], audienceMode: 'only' });
  const statusOf = async (aud: unknown) => {
    const token = await issuer.token(RESOURCE, { claims: { aud } });
    return (await send(strict.port, modern('tools/list', {}, { headers: { authorization: `Bearer ${token}` } })))
      .status;
  };
  expect(await statusOf([RESOURCE, 'https://elsewhere.example'])).toBe(401);
  expect(await statusOf([RESOURCE])).toBe(200);
  await strict.close();
});

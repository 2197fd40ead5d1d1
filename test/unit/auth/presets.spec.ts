import { describe, expect, it } from 'vitest';
import { auth0, cognito, entra, keycloak, okta, type AuthIssuer } from 'nestjs-mcp-fleet';
import { authSettings } from '../../../lib/auth/auth-settings.js';
import { metadataUrls } from '../../../lib/auth/metadata-urls.js';
import { metadataDocument } from '../../../lib/auth/metadata-document.js';
import { tokenOf } from '../../../lib/auth/token-claims.js';
import { TokenPrincipals } from '../../../lib/auth/token-principals.js';

const RESOURCE = 'https://api.example.com/mcp';
const TENANT = '11111111-2222-3333-4444-555555555555';
const [IAT, EXP] = [1_700_000_000, 9_999_999_999];
const settingsOf = (issuer: AuthIssuer) =>
  authSettings({ resource: RESOURCE, issuers: [issuer], requiredScopes: ['files.read'] });
const principalOf = (issuer: AuthIssuer, claims: Record<string, unknown>) => {
  const settings = settingsOf(issuer);
  return new TokenPrincipals(settings).principalOf(tokenOf(claims, settings.issuers[0]!, settings));
};
const refusal = (issuer: AuthIssuer, claims: Record<string, unknown>): string => {
  try {
    principalOf(issuer, claims);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

/** The claims of access tokens as each product makes them, with names of our own in them. */
const RECORDED = {
  entra: {
    ...{ aud: 'app-guid', iss: `https://login.microsoftonline.com/${TENANT}/v2.0`, iat: IAT, nbf: IAT, exp: EXP },
    ...{
      aio: 'x',
      azp: 'client-guid',
      azpacr: '0',
      name: 'Alice',
      oid: 'oid',
      preferred_username: 'alice@example.com',
    },
    ...{
      rh: 'x',
      roles: ['Files.Admin'],
      scp: 'files.read files.write',
      sub: 'pairwise',
      tid: TENANT,
      uti: 'x',
      ver: '2.0',
    },
  },
  keycloak: {
    ...{
      exp: EXP,
      iat: IAT,
      auth_time: IAT,
      jti: 'onrtac:1',
      iss: 'https://login.example.com/realms/acme',
      typ: 'Bearer',
    },
    ...{ aud: [RESOURCE, 'account'], sub: 'f-uuid', azp: 'inspector', sid: 'x', acr: '1', scope: 'openid files.read' },
    ...{ realm_access: { roles: ['offline_access', 'staff'] }, resource_access: { files: { roles: ['admin'] } } },
    ...{ email_verified: true, preferred_username: 'alice' },
  },
  auth0: {
    ...{ iss: 'https://acme.eu.auth0.com/', sub: 'auth0|5f', aud: [RESOURCE, 'https://acme.eu.auth0.com/userinfo'] },
    ...{
      iat: IAT,
      exp: EXP,
      scope: 'openid files.read',
      org_id: 'org_1',
      azp: 'client',
      permissions: ['files:delete'],
    },
  },
  okta: {
    ...{ ver: 1, jti: 'AT.x', iss: 'https://acme.okta.com/oauth2/default', aud: RESOURCE, iat: IAT, exp: EXP },
    ...{
      cid: 'client',
      uid: '00u',
      scp: ['files.read', 'openid'],
      auth_time: IAT,
      sub: 'alice@example.com',
      groups: ['Everyone'],
    },
  },
  cognito: {
    ...{
      sub: 'uuid',
      'cognito:groups': ['admins'],
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x',
    },
    ...{
      version: 2,
      client_id: 'client',
      origin_jti: 'x',
      token_use: 'access',
      scope: `${RESOURCE}/files.read openid`,
    },
    ...{ auth_time: IAT, exp: EXP, iat: IAT, jti: 'x', username: 'alice' },
  },
};
const PRESETS = {
  entra: entra({ tenant: TENANT, clientId: 'app-guid', appIdUri: RESOURCE }),
  keycloak: keycloak({ realm: 'https://login.example.com/realms/acme', client: 'files' }),
  auth0: auth0({ domain: 'acme.eu.auth0.com' }),
  okta: okta({ domain: 'acme.okta.com' }),
  cognito: cognito({
    ...{ region: 'eu-central-1', userPoolId: 'eu-central-1_x', clientIds: ['client'], resourceServer: RESOURCE },
  }),
};

describe('a preset reads the tokens of its product', () => {
  it.each([
    [
      'entra',
      {
        subject: 'pairwise',
        clientId: 'client-guid',
        scopes: ['files.read', 'files.write'],
        tenant: TENANT,
        roles: ['Files.Admin'],
      },
    ],
    [
      'keycloak',
      {
        subject: 'f-uuid',
        clientId: 'inspector',
        scopes: ['openid', 'files.read'],
        roles: ['offline_access', 'staff', 'admin'],
      },
    ],
    [
      'auth0',
      {
        subject: 'auth0|5f',
        clientId: 'client',
        scopes: ['openid', 'files.read'],
        tenant: 'org_1',
        roles: ['files:delete'],
      },
    ],
    [
      'okta',
      { subject: 'alice@example.com', clientId: 'client', scopes: ['files.read', 'openid'], roles: ['Everyone'] },
    ],
    ['cognito', { subject: 'uuid', clientId: 'client', scopes: ['files.read', 'openid'], roles: ['admins'] }],
  ] as const)('%s', (name, expected) => {
    const { issuer } = PRESETS[name];
    expect(principalOf(PRESETS[name], RECORDED[name])).toEqual({ issuer, expiresAt: EXP * 1000, ...expected });
  });

  it.each([
    ['entra', 'of version 1', { iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0' }],
    ['entra', 'of another tenant', { iss: 'https://login.microsoftonline.com/other/v2.0' }],
    ['entra', 'for Microsoft Graph', { aud: '00000003-0000-0000-c000-000000000000' }],
    ['keycloak', 'that is a refresh token', { typ: 'Refresh' }],
    ['keycloak', 'that is an ID token', { typ: 'ID' }],
    ['keycloak', 'without an audience mapper', { aud: 'account' }],
    ['keycloak', 'with this server as its client only', { aud: 'account', azp: RESOURCE }],
    ['auth0', 'for its user info only', { aud: 'https://acme.eu.auth0.com/userinfo' }],
    ['auth0', 'with an issuer without the slash', { iss: 'https://acme.eu.auth0.com' }],
    ['okta', 'of the organisation', { iss: 'https://acme.okta.com', aud: 'https://acme.okta.com' }],
    ['cognito', 'that is an ID token', { token_use: 'id', aud: 'client', client_id: undefined }],
    ['cognito', 'of another app client', { client_id: 'other' }],
  ] as const)('%s: a token %s is refused', (name, _title, claims) => {
    expect(refusal(PRESETS[name], { ...RECORDED[name], ...claims })).toMatch(
      /not for this resource|another issuer|no access token/,
    );
  });
});

it.each([
  ['entra', [`${RESOURCE}/files.read`]],
  ['keycloak', ['files.read']],
  ['auth0', ['files.read']],
  ['okta', ['files.read']],
  ['cognito', [`${RESOURCE}/files.read`]],
] as const)('%s is asked for the scopes %j', (name, scopes) => {
  expect(JSON.parse(metadataDocument(settingsOf(PRESETS[name])))).toMatchObject({
    authorization_servers: [PRESETS[name].issuer],
    scopes_supported: scopes,
  });
});

it.each([
  ['https://login.example.com', ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']],
  ['https://login.example.com/', ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']],
  [
    'https://login.example.com/realms/acme',
    [
      '/.well-known/oauth-authorization-server/realms/acme',
      '/realms/acme/.well-known/openid-configuration',
      '/.well-known/openid-configuration/realms/acme',
    ],
  ],
])('the metadata of %s is looked for at the places of RFC 8414 and OpenID Connect', (issuer, paths) => {
  expect(metadataUrls(issuer)).toEqual(paths.map((path) => `https://login.example.com${path}`));
});

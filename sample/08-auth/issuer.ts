import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider, { errors, type InteractionResults } from 'oidc-provider';

type Context = Parameters<Parameters<Provider['use']>[0]>[0];

/** The people that this issuer knows. It asks nobody for a password, so it is good for nothing but this sample. */
const PEOPLE: Readonly<Record<string, { readonly roles: readonly string[] }>> = {
  alice: { roles: [] },
  bob: { roles: ['librarian'] },
};

/** How long an access token is valid, in seconds: short, so that clients refresh theirs while a session goes on. */
const ACCESS_TOKEN_SECONDS = Number(process.env.TOKEN_SECONDS ?? 60);

/**
 * Starts an authorization server, which would be Entra, Keycloak or another product in reality. It registers clients
 * dynamically, shows who may sign in, and issues tokens for one resource.
 */
export async function startIssuer(url: string, resource: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(url, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: randomUUID() }] },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    extraTokenClaims: (_ctx, token) => ({ roles: 'accountId' in token ? PEOPLE[token.accountId]?.roles : undefined }),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    cookies: { keys: [randomUUID()] },
    // Clients register with the scopes that they need first, and may ask for others later.
    extraClientMetadata: {
      properties: ['first_scope'],
      validator: (_ctx, _key, _value, metadata) => void delete metadata.scope,
    },
    scopes: ['openid', 'offline_access', 'books:read', 'books:lend'],
    ttl: { Grant: 86_400, Interaction: 600, Session: 86_400, RefreshToken: 86_400, IdToken: 3600 },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, indicator) => {
          if (indicator !== resource) throw new errors.InvalidTarget();
          return {
            scope: 'books:read books:lend',
            audience: resource,
            accessTokenFormat: 'jwt',
            accessTokenTTL: ACCESS_TOKEN_SECONDS,
            jwt: { sign: { alg: 'RS256' } },
          };
        },
      },
    },
  });
  provider.use(async (ctx, next) => (ctx.path.startsWith('/sign-in/') ? signIn(provider, ctx) : next()));

  const serve = provider.callback();
  const server = createServer((request, response) => void serve(request, response)).listen(
    Number(new URL(url).port),
    new URL(url).hostname,
  );
  await once(server, 'listening');
}

/** Shows a link for each person. Following one is signing in, and consenting to everything the client asks for. */
async function signIn(provider: Provider, ctx: Context): Promise<void> {
  const { params, prompt, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  const { client_id: clientId, login_hint: hint = '' } = params as Record<string, string>;
  if (prompt.name === 'login') {
    const accountId = [ctx.query.as ?? hint].flat()[0]!;
    if (Object.hasOwn(PEOPLE, accountId)) return finish(provider, ctx, { login: { accountId } });
    ctx.type = 'html';
    ctx.body = Object.keys(PEOPLE)
      .map((name) => `<p><a href="?as=${name}">Sign in as ${name}</a></p>`)
      .join('\n');
    return;
  }
  // Who is signed in already consents to more: the grant grows.
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant({ accountId: session!.accountId, clientId });
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as Missing;
  grant.addOIDCScope(missingOIDCScope.join(' '));
  for (const [indicator, scopes] of Object.entries(missingResourceScopes)) {
    grant.addResourceScope(indicator, scopes.join(' '));
  }
  await finish(provider, ctx, { consent: { grantId: await grant.save() } });
}

/** What a client asks for and was not granted yet. */
interface Missing {
  readonly missingOIDCScope?: readonly string[];
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
}

async function finish(provider: Provider, ctx: Context, result: InteractionResults): Promise<void> {
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  ctx.respond = false;
}

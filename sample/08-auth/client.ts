/**
 * `node client.js [url] [person] [--legacy]` signs in as a person and uses the library. The official client finds the
 * issuer, registers itself, gets a token, and asks for more scopes when the server says that they are needed. What a
 * browser would do, following the redirects of the issuer, is done here.
 */
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client';

const [url = 'http://127.0.0.1:3000/mcp', person = 'alice', flag] = process.argv.slice(2);
const mode = flag === '--legacy' ? 'legacy' : 'auto';
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Keeps what a client has to remember between the steps of a sign-in. */
class SignIn implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:9/callback';
  readonly clientMetadata = {
    client_name: 'reader',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  #client: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #verifier = '';
  #issuer: OAuthDiscoveryState | undefined;
  /** Where the last sign-in has led to, with the code in its query. */
  callback = new URLSearchParams();

  clientInformation = () => this.#client;
  saveClientInformation = (client: StoredOAuthClientInformation) => void (this.#client = client);
  tokens = () => this.#tokens;
  saveTokens(tokens: StoredOAuthTokens): void {
    say(`  a token for ${tokens.scope}`);
    this.#tokens = tokens;
  }
  saveCodeVerifier = (verifier: string) => void (this.#verifier = verifier);
  codeVerifier = () => this.#verifier;
  saveDiscoveryState = (issuer: OAuthDiscoveryState) => void (this.#issuer = issuer);
  discoveryState = () => this.#issuer;

  async redirectToAuthorization(page: URL): Promise<void> {
    page.searchParams.set('login_hint', person);
    const cookies = new Map<string, string>();
    for (let at = page; at.href.startsWith(page.origin);) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
      for (const text of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(text)!;
        cookies.set(name!, value!);
      }
      const location = response.headers.get('location');
      if (location === null) throw new Error(`The issuer answered ${response.status}: ${await response.text()}`);
      at = new URL(location, at);
      if (!at.href.startsWith(page.origin)) this.callback = at.searchParams;
    }
  }
}

const authProvider = new SignIn();
const client = new Client({ name: 'reader', version: '1.0.0' }, { versionNegotiation: { mode } });
let transport = new StreamableHTTPClientTransport(new URL(url), { authProvider });

/** Does what needs a sign-in, once more after it. */
async function signedIn<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(authProvider.callback);
    return run();
  }
}

async function call(name: string, args: Record<string, unknown>): Promise<void> {
  say(`> ${name} ${JSON.stringify(args)}`);
  const { content } = await signedIn(() => client.callTool({ name, arguments: args }));
  for (const block of content as { text: string }[]) say(`  ${block.text}`);
}

await signedIn(async () => {
  transport = new StreamableHTTPClientTransport(new URL(url), { authProvider });
  await client.connect(transport);
});
const { tools } = await client.listTools();
say(`Tools of ${person}: ${tools.map(({ name }) => name).join(', ')}`);
await call('find', { title: 'e' });
await call('reserve', { title: 'Emma' });
await call('reserve', { title: 'Emma', takeHome: true });
const after = await client.listTools();
say(`Tools of ${person}: ${after.tools.map(({ name }) => name).join(', ')}`);
await client.close();

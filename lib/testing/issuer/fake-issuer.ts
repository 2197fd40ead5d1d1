import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Credentials } from '../client/client-options.js';
import type { TestPrincipal } from '../client/test-principals.js';
import { SigningKey } from './signing-key.js';

/**
 * What is in a token beside the principal it speaks for.
 *
 * @publicApi
 */
export interface FakeTokenOptions {
  /** Whom it is for: the option `auth.resource` of the server. */
  readonly audience: string | readonly string[];
  /** How long it is valid, s. A negative time makes a token that has expired. Default: 300 */
  readonly expiresInS?: number;
  /** Claims beside those of RFC 9068, or instead of them; `undefined` takes one away. Default: none */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const METADATA = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

/**
 * An OAuth issuer for tests of a server with the option `auth`: it serves its metadata and keys on a free port of this
 * machine, and signs what a test wants. Nobody signs in there.
 *
 * @example
 * ```ts
 * const issuer = await FakeIssuer.start();
 * // McpModule.forRoot({ …, auth: { resource: 'https://api.example.com/mcp', issuers: [issuer.url] } })
 * const client = mcpClient(app, { credentials: issuer.credentials({ audience: 'https://api.example.com/mcp' }) });
 * await client.as({ subject: 'alice', scopes: ['files:read'] }).callTool('files');
 * await issuer.close();
 * ```
 * @publicApi
 */
export class FakeIssuer {
  #keys: readonly SigningKey[] = [new SigningKey()];

  /** Starts an issuer on a free port. */
  static async start(): Promise<FakeIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeIssuer(server);
  }

  /** The identifier of the issuer, for the option `auth.issuers`. */
  readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => this.#answer(request, response));
    server.unref();
  }

  /** An access token for a principal. Scopes become the claim `scope`; what the principal has else becomes claims. */
  token({ subject, clientId = 'test', scopes, issuer, ...own }: TestPrincipal, options: FakeTokenOptions): string {
    const { audience, expiresInS = 300, claims } = options;
    const now = Math.floor(Date.now() / 1000);
    return this.#keys[0]!.sign({
      ...{ iss: issuer ?? this.url, sub: subject, client_id: clientId, aud: audience },
      ...{ iat: now, exp: now + expiresInS, ...(scopes && { scope: scopes.join(' ') }) },
      ...own,
      ...claims,
    });
  }

  /** The option `credentials` of `mcpClient()`: each principal of `as()` gets a token of this issuer. */
  credentials(options: FakeTokenOptions): Credentials {
    return (principal) => ({ authorization: `Bearer ${this.token(principal, options)}` });
  }

  /**
   * Signs with a new key from here on. The key set has the old key until the next rotation.
   *
   * @param forget takes the old key out of the key set, so that its tokens are not valid any more. Default: `false`
   */
  rotateKey({ forget = false }: { readonly forget?: boolean } = {}): void {
    this.#keys = [new SigningKey(), ...(forget ? [] : this.#keys.slice(0, 1))];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #answer({ url }: IncomingMessage, response: ServerResponse): void {
    const known = METADATA.includes(url ?? '') ? this.#metadata() : url === '/jwks' ? this.#keySet() : undefined;
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ?? {}));
  }

  #metadata(): object {
    const { url } = this;
    return {
      ...{ issuer: url, jwks_uri: `${url}/jwks`, response_types_supported: ['code'] },
      ...{ authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` },
    };
  }

  #keySet(): object {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }
}

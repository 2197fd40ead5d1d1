import type { Principal } from '../session/principal.js';

/**
 * The claims of a verified token, or the response of an introspection.
 *
 * @publicApi
 */
export type TokenClaims = Readonly<Record<string, unknown>>;

/**
 * What the option `principal` adds to a principal. The issuer, the subject, the client, the scopes and the expiry are
 * always those of the token.
 *
 * @publicApi
 */
export type PrincipalDetails = Pick<Principal, 'roles' | 'tenant'> & { readonly [claim: string]: unknown };

/**
 * Makes the server an OAuth 2.1 resource server: each HTTP request needs an access token that one of the issuers has
 * issued for this server. The identity of the token is the principal. Tokens are neither logged nor passed on.
 *
 * @example
 * ```ts
 * McpModule.forRoot({
 *   name: 'files',
 *   version: '1.0.0',
 *   allowedHosts: ['api.example.com'],
 *   auth: { resource: 'https://api.example.com/mcp', issuers: ['https://login.example.com/realms/acme'] },
 * });
 * ```
 * @publicApi
 */
export interface AuthOptions {
  /**
   * The URL of this server as its clients type it, such as `https://api.example.com/mcp`: `https`, or `http` on this
   * machine, with the path of the endpoint. Tokens must have it as their audience. Nothing is derived from `Host`.
   */
  readonly resource: string;
  /** The authorization servers whose tokens are accepted, by their issuer URLs, or with settings of their own. */
  readonly issuers: readonly (string | AuthIssuer)[];
  /** Scopes without which nothing at all may be used. Default: none. */
  readonly requiredScopes?: readonly string[];
  /** The narrower scopes that each broader one implies, such as `{ 'files:write': ['files:read'] }`. Default: none. */
  readonly impliedScopes?: Readonly<Record<string, readonly string[]>>;
  /**
   * Whether a request without a token is served. `public-only`: it may use what is `@McpPublic()`, and everything else
   * is answered with 401. Default: `false`, each request without a token is answered with 401.
   */
  readonly anonymous?: false | 'public-only';
  /**
   * What callers see of what they may not use. `hide`: lists leave it out, and its use is answered as if it did not
   * exist. `challenge`: lists show it, and its use is answered with what is missing, so that a client can ask for more
   * scopes. Default: `hide`.
   */
  readonly denied?: 'hide' | 'challenge';
  /** Chooses claims for the principal: its roles, its tenant, and others. Default: none, or those of a preset. */
  readonly principal?: (claims: TokenClaims) => PrincipalDetails;
  /**
   * Whether a token may have other audiences, too. `only`: one that is also for somebody else is refused, as who
   * receives it there could use it here. Default: `includes`.
   */
  readonly audienceMode?: 'includes' | 'only';
  /** What the metadata document says beyond the resource, its issuers and its scopes. Default: nothing. */
  readonly metadata?: AuthMetadata;
  /**
   * Tokens that are bound to a key of the client (RFC 9449). `refuse`: they are refused. `accept`: they need a proof.
   * `require`: all others are refused. Default: `refuse`.
   */
  readonly dpop?: 'refuse' | 'accept' | 'require';
  /** End event streams when the token that opened them expires. Default: `true`. */
  readonly endStreamsOnExpiry?: boolean;
  /** How long an issuer may take for one answer, in ms. Default: 5 s. */
  readonly issuerTimeoutMs?: number;
  /** Allow `http` in `resource` and `issuers` on other machines than this one. Default: `false`. */
  readonly dangerouslyAllowHttp?: boolean;
}

/**
 * An authorization server whose tokens are accepted. The presets, such as `keycloak()`, create it for a product.
 *
 * @publicApi
 */
export interface AuthIssuer {
  /** The issuer, exactly as its tokens and its metadata name it, with or without a slash at the end. */
  readonly issuer: string;
  /** Where its keys are. Default: what its metadata says. */
  readonly jwksUri?: string;
  /** What its tokens must name, one of these: values of `aud` or of another claim. Default: the resource in `aud`. */
  readonly audience?: string | readonly string[] | AudienceClaim;
  /** Signature algorithms that are accepted. Default: RS, PS and ES with 256, 384 and 512 bits, and EdDSA. */
  readonly algorithms?: readonly string[];
  /** The `typ` in the header of its tokens, such as `at+jwt`. Default: `at+jwt`, `JWT`, or none. */
  readonly tokenType?: string | readonly string[];
  /** Claims that must have one of these values, such as `{ token_use: 'access' }`. Default: none. */
  readonly requiredClaims?: Readonly<Record<string, string | readonly string[]>>;
  /** The claim that holds the scopes, or a function that reads them. Default: `scope`, or else `scp`. */
  readonly scopes?: string | ((claims: TokenClaims) => readonly string[]);
  /** The claim that names the client. Default: the first of `client_id`, `azp`, `cid` and `appid`. */
  readonly clientId?: string;
  /** Chooses claims for the principal, before the option `principal` does. Default: none. */
  readonly principal?: (claims: TokenClaims) => PrincipalDetails;
  /**
   * What clients must put before the name of a scope when they ask for it, and its tokens do not repeat. It is
   * advertised for the first issuer. Default: nothing.
   */
  readonly scopePrefix?: string;
  /** Ask this issuer about each of its tokens (RFC 7662), which may be opaque. Default: its keys verify them. */
  readonly introspection?: AuthIntrospection;
}

/**
 * A claim that names the audience, for tokens without `aud`.
 *
 * @publicApi
 */
export interface AudienceClaim {
  /** The name of the claim, such as `client_id`. */
  readonly claim: string;
  /** The values that are accepted. */
  readonly values: string | readonly string[];
}

/**
 * How to ask an issuer about tokens (RFC 7662).
 *
 * @publicApi
 */
export interface AuthIntrospection {
  /** The introspection endpoint. Default: what the issuer's metadata says. */
  readonly endpoint?: string;
  /** The client id of this server at the issuer. */
  readonly clientId: string;
  /** The secret that belongs to it. */
  readonly clientSecret: string;
  /**
   * How long an answer is used again, in ms, at most 60 s: so much later a revocation has its effect. Default: 0, each
   * request asks.
   */
  readonly cacheMs?: number;
}

/**
 * What the metadata document (RFC 9728) says about this server.
 *
 * @publicApi
 */
export interface AuthMetadata {
  /** The name for people. Default: none. */
  readonly resourceName?: string;
  /** The URL of the documentation. Default: none. */
  readonly documentation?: string;
  /** The URL of the policy for the use of its data. Default: none. */
  readonly policyUri?: string;
  /** The URL of its terms of service. Default: none. */
  readonly tosUri?: string;
  /** The scopes that clients should ask for at first. Default: `requiredScopes`. */
  readonly scopesSupported?: readonly string[];
}

import { audienceRule, type AudienceRule } from './audience.js';
import type { AudienceClaim, AuthIntrospection, AuthIssuer, PrincipalDetails, TokenClaims } from './auth-options.js';
import { AuthProblem, requireFields, requireTexts } from './auth-problem.js';
import { isSecure } from './resource-uri.js';
import { scopesIn } from './token-scopes.js';

/** An issuer with every default filled in. */
export interface IssuerSettings {
  readonly issuer: string;
  readonly jwksUri: string | undefined;
  readonly audience: AudienceRule;
  readonly algorithms: readonly string[];
  /** In lower case and without `application/`; `undefined` for the default. */
  readonly tokenTypes: ReadonlySet<string> | undefined;
  readonly requiredClaims: ReadonlyMap<string, readonly string[]>;
  readonly scopesOf: (claims: TokenClaims) => readonly string[];
  readonly clientClaims: readonly string[];
  readonly detailsOf: ((claims: TokenClaims) => PrincipalDetails) | undefined;
  readonly scopePrefix: string;
  readonly introspection:
    | (Required<Pick<AuthIntrospection, 'cacheMs' | 'clientId' | 'clientSecret'>> & Pick<AuthIntrospection, 'endpoint'>)
    | undefined;
}

const FIELDS = [
  ...['issuer', 'jwksUri', 'audience', 'algorithms', 'tokenType', 'requiredClaims', 'scopes', 'clientId'],
  ...['principal', 'scopePrefix', 'introspection'],
];
/** Asymmetric ones only: with the others whoever verifies can also sign (O-16). */
export const ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** A revocation takes effect after so long at the latest, ms. */
const MAX_CACHE_MS = 60_000;
const CLIENT_CLAIMS = ['client_id', 'azp', 'cid', 'appid'];

const listOf = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

/** @throws {AuthProblem} */
export function issuerSettings(given: string | AuthIssuer, resource: string, allowHttp: boolean): IssuerSettings {
  const options: AuthIssuer = typeof given === 'string' ? { issuer: given } : given;
  requireFields('"issuers"', options, FIELDS);
  const { issuer, jwksUri, algorithms = ALGORITHMS, tokenType, requiredClaims = {}, scopes, clientId } = options;
  requireUrl('issuer', issuer, allowHttp);
  if (jwksUri !== undefined) requireUrl('jwksUri', jwksUri, allowHttp);
  requireTexts('issuers.algorithms', algorithms);
  const weak = algorithms.find((algorithm) => !ALGORITHMS.includes(algorithm));
  if (weak !== undefined)
    throw new AuthProblem(`has the algorithm "${weak}"; it may be one of ${ALGORITHMS.join(', ')}`);
  return {
    issuer,
    jwksUri,
    audience: audienceOf(options.audience, resource),
    algorithms,
    tokenTypes: tokenType === undefined ? undefined : new Set(listOf(tokenType).map(normalType)),
    requiredClaims: new Map(Object.entries(requiredClaims).map(([name, values]) => [name, listOf(values)])),
    scopesOf: typeof scopes === 'function' ? scopes : (claims) => scopesIn(claims, scopes),
    clientClaims: clientId === undefined ? CLIENT_CLAIMS : [clientId],
    detailsOf: options.principal,
    scopePrefix: options.scopePrefix ?? '',
    introspection: introspectionOf(options.introspection, allowHttp),
  };
}

/** A media type may be written without its first half (RFC 7515, section 4.1.9). */
export const normalType = (type: string): string => type.toLowerCase().replace(/^application\//, '');

function audienceOf(given: AuthIssuer['audience'], resource: string): AudienceRule {
  const { claim, values } = isClaim(given) ? given : { claim: 'aud', values: given ?? resource };
  const list = listOf(values);
  requireTexts('issuers.audience', list);
  if (list.length === 0) throw new AuthProblem('requires "issuers.audience" to name at least one audience');
  return audienceRule(claim, list);
}

const isClaim = (given: AuthIssuer['audience']): given is AudienceClaim =>
  typeof given === 'object' && !Array.isArray(given) && typeof (given as AudienceClaim).claim === 'string';

function introspectionOf(given: AuthIntrospection | undefined, allowHttp: boolean): IssuerSettings['introspection'] {
  if (given === undefined) return undefined;
  requireFields('"issuers.introspection"', given, ['endpoint', 'clientId', 'clientSecret', 'cacheMs']);
  const { endpoint, clientId, clientSecret, cacheMs = 0 } = given;
  if (endpoint !== undefined) requireUrl('introspection.endpoint', endpoint, allowHttp);
  requireTexts('issuers.introspection.clientId', [clientId]);
  requireTexts('issuers.introspection.clientSecret', [clientSecret]);
  if (!Number.isSafeInteger(cacheMs) || cacheMs < 0 || cacheMs > MAX_CACHE_MS) {
    throw new AuthProblem(`requires "introspection.cacheMs" to be a whole number from 0 to ${MAX_CACHE_MS}`);
  }
  return { endpoint, clientId, clientSecret, cacheMs };
}

function requireUrl(field: string, value: unknown, allowHttp: boolean): void {
  if (typeof value === 'string' && URL.canParse(value) && isSecure(new URL(value), allowHttp)) return;
  throw new AuthProblem(
    `requires "${field}" to be an https URL, or an http URL of this machine, and it is ${JSON.stringify(value)}`,
  );
}

import type { AuthMetadata, AuthOptions } from './auth-options.js';
import { AuthProblem, requireFields, requireOneOf, requireScopes } from './auth-problem.js';
import { issuerSettings, type IssuerSettings } from './issuer-settings.js';
import { canonicalUri, isSecure, pathOf, WELL_KNOWN } from './resource-uri.js';

/** The option `auth` with every default filled in. */
export interface AuthSettings {
  /** In its canonical form. */
  readonly resource: string;
  /** Of the resource; empty for a whole host. */
  readonly path: string;
  /** `name` or `name:port`. */
  readonly host: string;
  readonly metadataUrl: string;
  readonly issuers: readonly IssuerSettings[];
  readonly requiredScopes: readonly string[];
  readonly impliedScopes: Readonly<Record<string, readonly string[]>>;
  readonly allowsAnonymous: boolean;
  readonly detailsOf: AuthOptions['principal'];
  readonly audienceOnly: boolean;
  readonly metadata: AuthMetadata;
  readonly dpop: 'refuse' | 'accept' | 'require';
  readonly issuerTimeoutMs: number;
  readonly allowHttp: boolean;
}

const FIELDS = [
  ...['resource', 'issuers', 'requiredScopes', 'impliedScopes', 'anonymous', 'denied', 'principal', 'audienceMode'],
  ...['metadata', 'dpop', 'endStreamsOnExpiry', 'issuerTimeoutMs', 'dangerouslyAllowHttp'],
];
const METADATA = ['resourceName', 'documentation', 'policyUri', 'tosUri', 'scopesSupported'];

/** @throws {AuthProblem} what is wrong with the option */
export function authSettings(given: AuthOptions): AuthSettings {
  requireFields('"auth"', given, FIELDS);
  const { requiredScopes = [], impliedScopes = {}, metadata = {}, dpop = 'refuse', issuerTimeoutMs = 5000 } = given;
  const { dangerouslyAllowHttp: allowHttp = false } = given;
  requireOneOf('anonymous', given.anonymous, [false, 'public-only']);
  requireOneOf('denied', given.denied, ['hide', 'challenge']);
  requireOneOf('audienceMode', given.audienceMode, ['includes', 'only']);
  requireOneOf('dpop', dpop, ['refuse', 'accept', 'require']);
  requireOneOf('endStreamsOnExpiry', given.endStreamsOnExpiry, [true, false]);
  requireOneOf('dangerouslyAllowHttp', allowHttp, [true, false]);
  requireScopes('requiredScopes', requiredScopes);
  for (const [scope, implied] of Object.entries(impliedScopes)) requireScopes(`impliedScopes.${scope}`, implied);
  requireFields('"metadata"', metadata, METADATA);
  if (metadata.scopesSupported !== undefined) requireScopes('metadata.scopesSupported', metadata.scopesSupported);
  if (given.principal !== undefined && typeof given.principal !== 'function') {
    throw new AuthProblem('requires "principal" to be a function of the claims');
  }
  if (!Number.isSafeInteger(issuerTimeoutMs) || issuerTimeoutMs < 1) {
    throw new AuthProblem('requires "issuerTimeoutMs" to be a whole number of at least 1');
  }
  const url = resourceUrl(given.resource, allowHttp);
  const resource = canonicalUri(url);
  return {
    resource,
    path: pathOf(url),
    host: url.host,
    metadataUrl: `${url.origin}${WELL_KNOWN}${pathOf(url)}`,
    issuers: issuersOf(given.issuers, resource, allowHttp),
    requiredScopes,
    impliedScopes,
    allowsAnonymous: given.anonymous === 'public-only',
    detailsOf: given.principal,
    audienceOnly: given.audienceMode === 'only',
    metadata,
    dpop,
    issuerTimeoutMs,
    allowHttp,
  };
}

function resourceUrl(given: unknown, allowHttp: boolean): URL {
  const example = 'the URL of the endpoint as clients type it, such as "https://api.example.com/mcp"';
  if (typeof given !== 'string' || !URL.canParse(given)) throw new AuthProblem(`requires "resource", ${example}`);
  const url = new URL(given);
  if (!isSecure(url, allowHttp)) {
    throw new AuthProblem('requires "resource" to begin with https, or with http and a name of this machine');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || given.includes('#')) {
    throw new AuthProblem('requires "resource" to have no user, query or fragment');
  }
  if (pathOf(url).endsWith('/')) throw new AuthProblem('requires "resource" to have no slash at its end');
  return url;
}

function issuersOf(given: unknown, resource: string, allowHttp: boolean): readonly IssuerSettings[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new AuthProblem('requires "issuers", a list of at least one issuer URL');
  }
  const issuers = (given as AuthOptions['issuers']).map((one) => issuerSettings(one, resource, allowHttp));
  const names = issuers.map(({ issuer }) => issuer);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new AuthProblem(`has the issuer "${twice}" twice`);
  return issuers;
}

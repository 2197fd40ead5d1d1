import { pathOf } from './resource-uri.js';

/** Where the metadata of an issuer may be (RFC 8414, OpenID Connect Discovery), in the order in which clients look. */
export function metadataUrls(issuer: string): readonly string[] {
  const url = new URL(issuer);
  const path = pathOf(url).replace(/\/$/, '');
  const [oauth, openid] = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
  const urls = [`${oauth}${path}`, `${path}${openid}`, `${openid}${path}`].map((place) => `${url.origin}${place}`);
  return [...new Set(urls)];
}

import type { Findings } from './finding.js';
import { objectIn, textOf } from './json.js';
import type { Visitor } from './visit.js';

const ASYMMETRIC = ['RSA', 'EC', 'OKP'];

/** Looks whether an issuer has keys by which its tokens can be verified. */
export async function checkKeys(
  metadata: Readonly<Record<string, unknown>>,
  visitor: Visitor,
  found: Findings,
): Promise<void> {
  const url = textOf(metadata.jwks_uri);
  if (url === undefined) {
    const canBeAsked = textOf(metadata.introspection_endpoint) !== undefined;
    if (canBeAsked) found.note('keys', 'The issuer has no keys: its tokens need the option introspection.');
    else
      found.fault(
        'keys',
        'The issuer has no jwks_uri.',
        'Nobody can verify its tokens: give jwksUri, or another issuer.',
      );
    return;
  }
  const reply = await visitor.visit(url);
  const { keys } = (reply.status === 200 ? objectIn(reply) : undefined) ?? {};
  if (!Array.isArray(keys)) {
    found.fault('keys', `${url} is answered ${reply.status}, and holds no keys.`, 'Correct jwks_uri at the issuer.');
    return;
  }
  const all = keys as readonly { kty?: unknown; use?: unknown; d?: unknown }[];
  if (all.some(({ d }) => d !== undefined)) {
    found.fault('keys', `${url} shows private keys.`, 'Renew them at once: everybody can sign tokens.');
  }
  const usable = all.filter(({ kty, use }) => ASYMMETRIC.includes(String(kty)) && (use === undefined || use === 'sig'));
  if (usable.length === 0) {
    found.fault('keys', `${url} has no key for signatures.`, 'Let the issuer sign with RS256, ES256 or EdDSA.');
    return;
  }
  found.good('keys', `${url} has ${usable.length} ${usable.length === 1 ? 'key' : 'keys'} for signatures.`);
}

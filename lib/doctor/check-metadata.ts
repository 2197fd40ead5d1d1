import { WELL_KNOWN, canonicalUri, isSecure, pathOf } from '../auth/resource-uri.js';
import { textsIn } from '../auth/texts-in.js';
import { AS_PAGE, checkReadableByPages } from './check-readable-by-pages.js';
import type { Findings } from './finding.js';
import { objectIn, quoted, textOf } from './json.js';
import type { Visitor } from './visit.js';

/** Reads what the resource says about itself (RFC 9728). @returns its issuers */
export async function checkMetadata(
  url: URL,
  metadataUrl: string,
  visitor: Visitor,
  found: Findings,
): Promise<readonly string[]> {
  const reply = await visitor.visit(metadataUrl, AS_PAGE);
  const document = reply.status === 200 ? objectIn(reply) : undefined;
  if (!document) {
    const cure =
      reply.status === 401 || reply.status === 403 || (reply.status >= 300 && reply.status < 400)
        ? 'Clients read it before they have a token: let it through in front of every guard and proxy.'
        : `Route ${WELL_KNOWN}* of the host to the server as well.`;
    found.fault('metadata', `${metadataUrl} is answered ${reply.status} with ${quoted(reply)}.`, cure);
    return [];
  }
  checkResource(url, textOf(document.resource), found);
  if (textsIn(document.scopes_supported).includes('offline_access')) {
    found.warning(
      'metadata',
      'scopes_supported has offline_access.',
      'Leave it out: clients ask for it by themselves.',
    );
  }
  checkReadableByPages('metadata', metadataUrl, reply, found);
  await checkRoot(url, metadataUrl, visitor, found);
  return checkIssuers(textsIn(document.authorization_servers), found);
}

function checkResource(url: URL, resource: string | undefined, found: Findings): void {
  const wanted = canonicalUri(url);
  if (resource === wanted) {
    found.good('metadata', `It is for ${resource}.`);
    return;
  }
  const text = `It is for ${resource ?? 'no resource'}, and clients that were given ${wanted} stop there.`;
  const isHttp = resource === wanted.replace(/^https/, 'http');
  const reason = isHttp ? 'Behind TLS it must begin with https' : 'It is the URL of the endpoint, with its path';
  found.fault('metadata', text, `${reason}: set auth.resource to ${wanted}.`);
}

/** Some clients look at the root only, and others at the path only. */
async function checkRoot(url: URL, known: string, visitor: Visitor, found: Findings): Promise<void> {
  const places = [`${url.origin}${WELL_KNOWN}${pathOf(url)}`, `${url.origin}${WELL_KNOWN}`];
  for (const place of new Set(places)) {
    if (place === known) continue;
    const reply = await visitor.visit(place);
    if (reply.status === 200 && textOf(objectIn(reply)?.resource) === canonicalUri(url)) continue;
    found.warning(
      'metadata',
      `${place} does not have it as well (${reply.status}); some clients look only there.`,
      'Route it to the server. If the host has several servers, clients that look at the root cannot be helped.',
    );
  }
}

function checkIssuers(issuers: readonly string[], found: Findings): readonly string[] {
  const valid = issuers.filter((issuer) => URL.canParse(issuer));
  if (valid.length === 0) {
    found.fault('metadata', 'It names no authorization server.', 'Set auth.issuers.');
  }
  for (const issuer of valid) {
    if (isSecure(new URL(issuer), false)) continue;
    found.fault('metadata', `The issuer ${issuer} is not https.`, 'Tokens and keys must not be readable on the way.');
  }
  return valid;
}

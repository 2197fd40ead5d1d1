import { metadataUrls } from '../auth/metadata-urls.js';
import { checkKeys } from './check-keys.js';
import { textsIn } from '../auth/texts-in.js';
import { AS_PAGE, checkReadableByPages } from './check-readable-by-pages.js';
import type { Findings } from './finding.js';
import { objectIn, textOf } from './json.js';
import type { Visitor } from './visit.js';

/** Reads the metadata of an authorization server as clients and the server do (RFC 8414). */
export async function checkIssuer(issuer: string, visitor: Visitor, found: Findings): Promise<void> {
  const place = await findMetadata(issuer, visitor);
  if (!place) {
    found.fault(
      'issuer',
      `${issuer} has no metadata: ${metadataUrls(issuer).join(', ')} were tried.`,
      'Compare the issuer with the iss of a token, character by character; check that it can be reached from here.',
    );
    return;
  }
  const { url, reply, document } = place;
  const named = textOf(document.issuer);
  if (named !== issuer) {
    found.fault(
      'issuer',
      `${url} is the metadata of ${named ?? 'nobody'}, and not of ${issuer}.`,
      'Write the issuer as its metadata does, with or without a slash at the end.',
    );
  } else {
    found.good('issuer', `${issuer} has its metadata at ${url}.`);
  }
  for (const field of ['authorization_endpoint', 'token_endpoint']) {
    if (textOf(document[field]) !== undefined) continue;
    found.warning('issuer', `It names no ${field}, so that no user can sign in.`, 'Use an issuer for users.');
  }
  if (!textsIn(document.code_challenge_methods_supported).includes('S256')) {
    found.fault(
      'issuer',
      'code_challenge_methods_supported does not have S256, and clients must refuse such an issuer.',
      'Turn PKCE on, and announce it.',
    );
  }
  if (document.client_id_metadata_document_supported !== true && document.registration_endpoint === undefined) {
    found.note(
      'issuer',
      'Clients cannot register by themselves: it takes no client metadata documents, and has no registration. Each client needs an id that you give it.',
    );
  }
  checkReadableByPages('issuer', url, reply, found);
  await checkKeys(document, visitor, found);
}

async function findMetadata(issuer: string, visitor: Visitor) {
  for (const url of metadataUrls(issuer)) {
    const reply = await visitor.visit(url, AS_PAGE);
    const document = reply.status === 200 ? objectIn(reply) : undefined;
    if (document) return { url, reply, document };
  }
  return undefined;
}

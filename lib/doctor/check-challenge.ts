import { WELL_KNOWN, pathOf } from '../auth/resource-uri.js';
import { tokenChallenge } from './challenge.js';
import type { Findings } from './finding.js';
import { initialize } from './requests.js';
import type { Reply, Visitor } from './visit.js';

/** Looks like a token, and is none. */
const WRONG_TOKEN = 'nestjs-mcp-fleet-doctor';

/** @returns where the metadata of the resource is: what the challenge says, or where clients look without it */
export async function checkChallenge(url: URL, reply: Reply, visitor: Visitor, found: Findings): Promise<string> {
  const expected = `${url.origin}${WELL_KNOWN}${pathOf(url)}`;
  const challenge = tokenChallenge(reply.headers.get('www-authenticate'));
  if (!challenge) {
    found.fault(
      'challenge',
      'The 401 has no WWW-Authenticate for Bearer tokens, so clients do not learn that they need one.',
      'Let the proxy pass WWW-Authenticate on. If a guard of the application refuses, use the option auth.',
    );
    return expected;
  }
  await checkWrongToken(url, visitor, found);
  const metadata = challenge.parameters.resource_metadata;
  if (metadata === undefined || !URL.canParse(metadata)) {
    found.warning(
      'challenge',
      'WWW-Authenticate does not say where the metadata is; some clients do not look for it elsewhere.',
      'Add resource_metadata, as the option auth does.',
    );
    return expected;
  }
  const { origin, protocol } = new URL(metadata);
  if (protocol !== url.protocol || origin !== url.origin) {
    found.fault(
      'challenge',
      `WWW-Authenticate names ${metadata}, which is not on ${url.origin}.`,
      'Set auth.resource to the URL that clients use. Behind TLS nothing may be derived from Host.',
    );
    return metadata;
  }
  found.good('challenge', `WWW-Authenticate names ${metadata}.`);
  return metadata;
}

async function checkWrongToken(url: URL, visitor: Visitor, found: Findings): Promise<void> {
  const { status, headers } = await visitor.visit(url.href, initialize(WRONG_TOKEN));
  if (status === 401 && tokenChallenge(headers.get('www-authenticate'))?.parameters.error === 'invalid_token') {
    found.good('challenge', 'A token that is not valid is refused as such.');
    return;
  }
  if (status === 401) {
    found.warning(
      'challenge',
      'A token that is not valid is answered 401 without error="invalid_token", so clients keep it.',
      'Answer as RFC 6750 says; the option auth does.',
    );
    return;
  }
  const text = `A token that is not valid is answered ${status} and not 401.`;
  if (status === 200) found.fault('challenge', text, 'Verify tokens: anybody can make one up.');
  else found.fault('challenge', text, 'Answer 401, so that clients get another token.');
}

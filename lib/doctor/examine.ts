import { checkChallenge } from './check-challenge.js';
import { checkCors } from './check-cors.js';
import { checkEndpoint } from './check-endpoint.js';
import { checkIssuer } from './check-issuer.js';
import { checkMetadata } from './check-metadata.js';
import { checkUrl } from './check-url.js';
import { checkUse } from './check-use.js';
import { Findings } from './finding.js';
import { VisitError, Visitor } from './visit.js';

export interface Examination {
  /** The endpoint, as clients are given it. */
  readonly url: string;
  /** An access token, with which the doctor also uses the server. */
  readonly token?: string;
  /** The origin of a web page that should be able to call. */
  readonly origin?: string;
  /** How long each answer may take, ms. */
  readonly timeoutMs: number;
}

/** Walks the way of a client that knows nothing but the URL: 401, metadata, issuer, keys, and then a call. */
export async function examine({ url: given, token, origin, timeoutMs }: Examination): Promise<Findings> {
  const found = new Findings();
  const url = checkUrl(given, found);
  if (!url) return found;
  const visitor = new Visitor(timeoutMs);
  await step('endpoint', found, async () => {
    const [access, reply] = await checkEndpoint(url, visitor, found);
    if (access === 'unusable') return;
    if (access === 'protected') {
      const metadata = await checkChallenge(url, reply, visitor, found);
      await step('metadata', found, async () => {
        for (const issuer of await checkMetadata(url, metadata, visitor, found)) {
          await step('issuer', found, () => checkIssuer(issuer, visitor, found));
        }
      });
    }
    await checkCors(url, origin, visitor, found);
    if (access === 'open' || token !== undefined) await checkUse(url, token, visitor, found);
  });
  return found;
}

/** What cannot be reached is a finding, and the next step goes on. */
async function step(about: string, found: Findings, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
    found.fault(about, error.message, CURES[error.code] ?? 'Try again from where clients are, and look at firewalls.');
  }
}

const CURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Correct the name, or wait until it is known in DNS.',
  ECONNREFUSED: 'Start the server there, and let it listen on 0.0.0.0 behind a proxy or in a container.',
  CERT_HAS_EXPIRED: 'Renew the certificate.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Let the proxy send the whole chain, as browsers hide that it is missing.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use a certificate that has this host name.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'Begin the URL with http, or give the port that has TLS.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Use a certificate of a public authority, or set NODE_EXTRA_CA_CERTS in all clients.',
};

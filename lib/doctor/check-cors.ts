import { STRANGER } from './check-readable-by-pages.js';
import type { Findings } from './finding.js';
import type { Visitor } from './visit.js';

const ASKED = 'authorization,content-type,mcp-protocol-version,mcp-method,mcp-session-id,last-event-id';

/** Asks as a browser does whether web pages may call. @param origin of a page that should be able to */
export async function checkCors(
  url: URL,
  origin: string | undefined,
  visitor: Visitor,
  found: Findings,
): Promise<void> {
  if (await isGranted(url, STRANGER, visitor)) {
    found.warning(
      'cors',
      'Every web page may call the endpoint.',
      'Name the pages in allowedOrigins, and take origin: true or * from enableCors() and from the proxy.',
    );
  } else {
    found.good('cors', 'The web page of a stranger may not call the endpoint.');
  }
  if (origin === undefined) return;
  if (await isGranted(url, origin, visitor)) found.good('cors', `Pages of ${origin} may call the endpoint.`);
  else {
    found.fault(
      'cors',
      `Pages of ${origin} may not call the endpoint.`,
      `Add ${origin} to allowedOrigins, and let the proxy pass OPTIONS on without a login.`,
    );
  }
}

async function isGranted(url: URL, origin: string, visitor: Visitor): Promise<boolean> {
  const { status, headers } = await visitor.visit(url.href, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': ASKED },
  });
  const granted = headers.get('access-control-allow-origin');
  const names = (headers.get('access-control-allow-headers') ?? '').toLowerCase();
  const allHeaders = names === '*' || ['content-type', 'authorization'].every((name) => names.includes(name));
  return status < 300 && (granted === '*' || granted === origin) && allHeaders;
}

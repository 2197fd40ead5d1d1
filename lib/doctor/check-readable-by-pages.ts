import type { Findings } from './finding.js';
import type { Reply } from './visit.js';

/** Nobody's page: what it may read or do, every page may. */
export const STRANGER = 'https://nestjs-mcp-fleet-doctor.example';

/** Asks as a page does. */
export const AS_PAGE = { headers: { origin: STRANGER } };

/** A document for clients that are web pages has to be readable from every origin. */
export function checkReadableByPages(about: string, url: string, { headers }: Reply, found: Findings): void {
  if (['*', STRANGER].includes(headers.get('access-control-allow-origin') ?? '')) return;
  found.warning(
    about,
    `${url} cannot be read by web pages, and so by clients in a browser.`,
    'Send Access-Control-Allow-Origin: * with it; it holds no secret.',
  );
}

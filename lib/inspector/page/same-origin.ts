import type { IncomingHttpHeaders } from 'node:http';
import { ACTION_HEADER } from '../wire/routes.js';
import { Refused } from './answers.js';

/** What the page itself sends, or somebody who typed the address; a browser says so, and other programs say nothing. */
const OWN_SITE: readonly unknown[] = [undefined, 'same-origin', 'none'];

/** @throws {Refused} for a request of a page of another origin, which would read what is behind this one */
export function requireSameOrigin(headers: IncomingHttpHeaders): void {
  const { origin, host } = headers;
  const isOwn = origin === undefined || authorityOf(origin) === host?.toLowerCase();
  if (!isOwn || !OWN_SITE.includes(headers['sec-fetch-site'])) {
    throw new Refused(403, 'not-same-origin', 'Only the page itself may ask for this.');
  }
}

/** @throws {Refused} for what a form or a link of another page could send */
export function requireActionHeader(headers: IncomingHttpHeaders): void {
  if (headers[ACTION_HEADER] === '1') return;
  throw new Refused(403, 'not-same-origin', `A request that changes something needs the header "${ACTION_HEADER}: 1".`);
}

const authorityOf = (origin: string): string | undefined => /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]!.toLowerCase();

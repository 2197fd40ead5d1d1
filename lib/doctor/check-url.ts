import { isSecure, pathOf } from '../auth/resource-uri.js';
import type { Findings } from './finding.js';

/** @returns the URL, if it is one at all */
export function checkUrl(given: string, found: Findings): URL | undefined {
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    found.fault('url', `"${given}" is not the URL of a server.`, 'Give it as clients do: https://api.example.com/mcp.');
    return undefined;
  }
  const url = new URL(given);
  if (!isSecure(url, false)) {
    found.fault(
      'url',
      'The URL begins with http: tokens and answers can be read on the way.',
      'Put a proxy with TLS in front.',
    );
  }
  if (pathOf(url).endsWith('/')) {
    found.warning(
      'url',
      'The URL ends with a slash, and tokens are issued for exactly this URL.',
      'Leave the slash out, here and in clients.',
    );
  }
  return url;
}

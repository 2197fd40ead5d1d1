import type { Headers } from '../mcp/endpoint.js';

export interface Identity {
  readonly headers: Headers;
  readonly problem?: string;
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The headers that say who asks: a bearer token, and lines of `name: value`. */
export function identityOf(token: string, lines: string): Identity {
  const headers: Record<string, string> = {};
  for (const line of lines.split('\n').filter((one) => one.trim() !== '')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (!NAME.test(name)) return { headers: {}, problem: `"${line.trim()}" is not a header: write "name: value".` };
    headers[name.toLowerCase()] = line.slice(colon + 1).trim();
  }
  // What people paste often begins with the scheme already.
  const bare = token.trim().replace(/^bearer\s+/i, '');
  return { headers: { ...headers, ...(bare !== '' && { authorization: `Bearer ${bare}` }) } };
}

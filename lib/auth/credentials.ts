/** The credentials of a request (RFC 6750, section 2.1; RFC 9449, section 7.1). */
export type Credentials =
  | { readonly kind: 'token'; readonly scheme: 'bearer' | 'dpop'; readonly token: string }
  | { readonly kind: 'none' | 'other-scheme' | 'malformed' };

/** Tokens of any issuer are shorter, and Node bounds all headers of a request together. */
export const MAX_TOKEN_CHARACTERS = 12 * 1024;

/** Only the header is read: a token in a URL would be in logs and in the history of browsers. */
export function readCredentials(header: string | string[] | undefined, request: unknown): Credentials {
  if (header === undefined) return { kind: 'none' };
  if (typeof header !== 'string' || isRepeated(request)) return { kind: 'malformed' };
  const [, scheme = '', token = ''] = /^(\S*)(?: +(\S+))? *$/.exec(header) ?? [];
  const name = scheme.toLowerCase();
  if (name !== 'bearer' && name !== 'dpop') return { kind: scheme === '' ? 'malformed' : 'other-scheme' };
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return { kind: 'malformed' };
  return { kind: 'token', scheme: name, token };
}

/** Node keeps the first of several headers, where a proxy may have looked at the last. */
function isRepeated(request: unknown): boolean {
  const { raw = request } = (request ?? {}) as { readonly raw?: unknown };
  const { rawHeaders } = (raw ?? {}) as { readonly rawHeaders?: readonly string[] };
  if (!rawHeaders) return false;
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 13 && name.toLowerCase() === 'authorization') count++;
  }
  return count > 1;
}

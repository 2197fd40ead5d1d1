/** One challenge of a `WWW-Authenticate` header. */
export interface ParsedChallenge {
  /** In lower case. */
  readonly scheme: string;
  /** By their names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const PART = /\s*,?\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,]+)))?/y;

/** Reads the challenges of a header (RFC 9110, section 11.6.1). */
export function parseChallenges(header: string): readonly ParsedChallenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  PART.lastIndex = 0;
  for (let match = PART.exec(header); match; match = PART.exec(header)) {
    const [, name = '', quotedValue, plain] = match;
    const value = quotedValue?.replaceAll(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) found.push({ scheme: name.toLowerCase(), parameters: {} });
    else if (found.length > 0) found.at(-1)!.parameters[name.toLowerCase()] = value;
  }
  return found;
}

/** @returns the challenge for access tokens, if there is one */
export const tokenChallenge = (header: string | null): ParsedChallenge | undefined =>
  parseChallenges(header ?? '').find(({ scheme }) => scheme === 'bearer' || scheme === 'dpop');

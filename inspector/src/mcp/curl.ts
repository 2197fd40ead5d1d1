import type { WireRequest } from './connection.js';
import { type Headers, POST_HEADERS } from './endpoint.js';

/** Safe for every POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Names of headers whose values are secrets: a copied command gets them from the environment. */
const SECRET = /^(authorization|cookie|x-api-key)$/i;

/** A command that sends this request. @param identity headers of the person, whose secrets are left out */
export function curlOf(url: string, { headers, body }: WireRequest, identity: Headers): string {
  const shown = Object.entries({ ...POST_HEADERS, ...identity, ...headers }).map(([name, value]) =>
    SECRET.test(name) ? `  -H "${name}: $${variableOf(name)}"` : `  -H ${quote(`${name}: ${value}`)}`,
  );
  return [`curl -N ${quote(url)}`, ...shown, `  -d ${quote(JSON.stringify(body))}`].join(' \\\n');
}

const variableOf = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** What clients have in common: the file that most of them read, and the form of VS Code. */
export function clientConfiguration(name: string, url: string, identity: Headers, key = 'mcpServers'): string {
  const secrets = Object.entries(identity).map(([header, value]) => [
    header,
    SECRET.test(header) ? `\${${variableOf(header)}}` : value,
  ]);
  const headers = secrets.length > 0 ? { headers: Object.fromEntries(secrets) as Headers } : {};
  return JSON.stringify({ [key]: { [name]: { type: 'http', url, ...headers } } }, undefined, 2);
}

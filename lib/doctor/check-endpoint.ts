import type { Findings } from './finding.js';
import { objectIn, quoted } from './json.js';
import { end, initialize } from './requests.js';
import type { Reply, Visitor } from './visit.js';

/** How a server answers a client without a token: `protected` asks for one, `open` serves it. */
export type Access = 'protected' | 'open' | 'unusable';

/** Opens a session without a token, as a client does that knows nothing of the server yet. */
export async function checkEndpoint(url: URL, visitor: Visitor, found: Findings): Promise<[Access, Reply]> {
  const reply = await visitor.visit(url.href, initialize());
  const { status, headers } = reply;
  if (status === 401) {
    found.good('endpoint', 'It asks for an access token.');
    return ['protected', reply];
  }
  const answer = objectIn(reply);
  if (status === 200 && answer?.jsonrpc === '2.0') {
    found.note(
      'endpoint',
      'It serves clients without an access token. That is right only for a server that is public.',
    );
    const session = headers.get('mcp-session-id');
    if (session !== null) await visitor.visit(url.href, end(session));
    return ['open', reply];
  }
  found.fault('endpoint', ...explain(url, reply));
  return ['unusable', reply];
}

function explain(url: URL, reply: Reply): [text: string, cure: string] {
  const { status, headers } = reply;
  const said = quoted(reply);
  if (status >= 300 && status < 400) {
    const target = headers.get('location') ?? 'nowhere';
    return [
      `It redirects to ${target}, and clients do not follow.`,
      'Give clients the URL behind it, or serve this one.',
    ];
  }
  if (status === 403 && /host/i.test(reply.body)) {
    return [`It refuses the host: ${said}.`, `Add "${url.host}" to the option allowedHosts.`];
  }
  if (status === 404 || status === 405) {
    return [
      `It answers ${status}: there is no MCP endpoint.`,
      'Compare the path with the log of the start, which names it with prefix and version; look for a proxy that has a rule for /mcp/* only.',
    ];
  }
  if (status === 406 || status === 415) {
    return [`It answers ${status}: ${said}.`, 'Let the proxy pass Accept and Content-Type on.'];
  }
  if (status === 429) return [`It answers 429: ${said}.`, 'Wait, or raise the limit.'];
  if (status >= 502 && status <= 504) {
    return [`It answers ${status}: ${said}.`, 'Look whether the instances run, and whether Redis can be reached.'];
  }
  if (/<html/i.test(reply.body)) {
    return [`It answers ${status} with a page: ${said}.`, 'Let the endpoint through where a login stands in front.'];
  }
  return [`It answers ${status} to initialize: ${said}.`, 'Look into the log of the server, or of the proxy.'];
}

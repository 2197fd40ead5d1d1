/**
 * Cases for MCP servers in the role of an OAuth 2.1 resource server (MCP 2026-07-28 and 2025-11-25 basic/authorization,
 * RFC 6750, RFC 9068, RFC 9449, RFC 9728). The file needs nothing but `fetch`: give the cases a target, and run each in
 * any test runner. A case throws an error with a sentence when the server does not what it has to.
 *
 * @example
 * ```ts
 * for (const { title, run } of resourceServerCases) test(title, () => run(target));
 * ```
 */

/** How a token for a case differs from a valid one. */
export interface TokenWishes {
  /** Claims that differ; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Members of the header that differ. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Seconds from now, negative for one that has expired. */
  readonly expiresInS?: number;
}

/** The server under test and the issuer of its tokens, which is the tester's own. */
export interface ResourceServerTarget {
  /** The URL of the endpoint as clients type it, which is the resource. */
  readonly url: string;
  /** Other instances of the same server, if there are any. */
  readonly otherUrls?: readonly string[];
  readonly issuer: string;
  /** A scope without which nothing may be used. */
  readonly requiredScope: string;
  /** A scope that implies it. */
  readonly broaderScope: string;
  /** A tool without arguments that needs more scopes, and which. */
  readonly stepUp: { readonly tool: string; readonly scopes: readonly string[] };
  /** Makes a token (RFC 9068): by default for the resource, with the required scope, of the subject `alice`. */
  token(wishes?: TokenWishes): Promise<string>;
  /** A token of another issuer that the server accepts and cannot reach now. Default: its case is left out. */
  unreachable?(): Promise<string>;
}

export interface ResourceServerCase {
  /** The requirement and what the server has to do. */
  readonly title: string;
  run(target: ResourceServerTarget): Promise<void>;
}

type Era = 'modern' | 'legacy';
const ERAS: readonly Era[] = ['modern', 'legacy'];
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

function check(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/** The parameters of the challenge of one scheme. */
function challengeOf(response: Response, scheme = 'Bearer'): Map<string, string> {
  const header = response.headers.get('www-authenticate');
  check(header !== null, `The ${response.status} has no WWW-Authenticate.`);
  const start = new RegExp(`(?:^|, )${scheme}(?: |$)`, 'i').exec(header);
  check(start !== null, `WWW-Authenticate has no challenge of the scheme ${scheme}: ${header}`);
  const own = header.slice(start.index + start[0].length).split(/, (?=[A-Za-z]+ [a-z_]+=)/)[0]!;
  return new Map([...own.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));
}

/** The first request of a client of this era. */
function opening(era: Era): { readonly body: object; readonly headers: Record<string, string> } {
  const id = 1;
  if (era === 'legacy') {
    const clientInfo = { name: 'cases', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    return { body: { jsonrpc: '2.0', id, method: 'initialize', params }, headers: {} };
  }
  return modern('tools/list', {});
}

function modern(method: string, params: Readonly<Record<string, unknown>>) {
  const [version, capabilities] = ['protocolVersion', 'clientCapabilities'].map(
    (one) => `io.modelcontextprotocol/${one}`,
  );
  const _meta = { [version!]: '2026-07-28', [capabilities!]: {} };
  const name = params.name as string | undefined;
  return {
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    } as Record<string, string>,
  };
}

const post = (url: string, body: object, headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
  });

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function open(url: string, era: Era, headers: Readonly<Record<string, string>>): Promise<Response> {
  const request = opening(era);
  const response = await post(url, request.body, { ...request.headers, ...headers });
  await response.clone().text();
  return response;
}

/** Calls a tool, in a session of its own in the legacy era. */
async function callTool(url: string, era: Era, name: string, headers: Record<string, string>): Promise<Response> {
  if (era === 'modern') {
    const request = modern('tools/call', { name, arguments: {} });
    return post(url, request.body, { ...request.headers, ...headers });
  }
  const session = (await open(url, era, headers)).headers.get('mcp-session-id');
  check(session !== null, 'initialize opened no session.');
  const own = { ...headers, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, own);
  return post(url, { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: {} } }, own);
}

const metadataUrl = ({ url }: ResourceServerTarget): string => {
  const { origin, pathname } = new URL(url);
  return `${origin}${WELL_KNOWN}${pathname === '/' ? '' : pathname}`;
};
const rootUrl = ({ url }: ResourceServerTarget): string => `${new URL(url).origin}${WELL_KNOWN}`;

async function metadata(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url);
  check(response.status === 200, `GET ${url} is answered ${response.status}.`);
  check(response.headers.get('content-type')?.startsWith('application/json') === true, 'The metadata is not JSON.');
  return (await response.json()) as Record<string, unknown>;
}

async function expectStatus(response: Response, status: number, what: string): Promise<Response> {
  check(response.status === status, `${what} is answered ${response.status} instead of ${status}.`);
  return response;
}

/** A case for each era. */
const inBothEras = (
  title: string,
  run: (target: ResourceServerTarget, era: Era) => Promise<void>,
): ResourceServerCase[] => ERAS.map((era) => ({ title: `${title} (${era})`, run: (target) => run(target, era) }));

const refusedToken = (title: string, wishes: TokenWishes): ResourceServerCase[] =>
  inBothEras(`R5, R6 a token ${title} is refused with 401 and invalid_token`, async (target, era) => {
    const response = await open(target.url, era, bearer(await target.token(wishes)));
    await expectStatus(response, 401, `A token ${title}`);
    const challenge = challengeOf(response);
    check(challenge.get('error') === 'invalid_token', `The error is ${challenge.get('error')}, not invalid_token.`);
    check(challenge.get('resource_metadata') === metadataUrl(target), 'The challenge does not name the metadata.');
  });

const documents: readonly ResourceServerCase[] = [
  {
    title: 'R1 the metadata names the resource exactly as clients type it, and its issuer',
    async run(target) {
      const { resource, authorization_servers: issuers } = await metadata(metadataUrl(target));
      check(resource === target.url, `The resource is ${String(resource)}.`);
      check(Array.isArray(issuers) && issuers.includes(target.issuer), 'The issuer is not among the servers.');
    },
  },
  {
    title: 'R2 the metadata is at the root, too',
    async run(target) {
      const [own, root] = await Promise.all([metadata(metadataUrl(target)), metadata(rootUrl(target))]);
      check(JSON.stringify(own) === JSON.stringify(root), 'The two documents differ.');
    },
  },
  {
    title: 'R3 the resource has no fragment and no slash at its end, and its host is in lower case',
    async run(target) {
      const resource = String((await metadata(metadataUrl(target))).resource);
      const { origin, hash } = new URL(resource);
      check(hash === '' && !resource.endsWith('/') && resource.startsWith(origin), `The resource is ${resource}.`);
    },
  },
  {
    title: 'R3 the metadata does not repeat what a request says about the host',
    async run(target) {
      const headers = {
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
        'x-forwarded-proto': 'ftp',
      };
      const text = await (await fetch(metadataUrl(target), { headers })).text();
      check(!text.includes('evil.example') && !text.includes('ftp:'), 'The metadata repeats a header.');
    },
  },
  {
    title: 'R4 the metadata says that tokens are taken from the header only',
    async run(target) {
      const { bearer_methods_supported: methods } = await metadata(metadataUrl(target));
      check(JSON.stringify(methods) === '["header"]', `bearer_methods_supported is ${JSON.stringify(methods)}.`);
    },
  },
  {
    title: 'R10 neither the metadata nor a challenge has offline_access',
    async run(target) {
      const { scopes_supported: scopes } = await metadata(metadataUrl(target));
      check(!JSON.stringify(scopes ?? []).includes('offline_access'), 'The metadata has offline_access.');
      const challenge = challengeOf(await open(target.url, 'modern', {}));
      check(!(challenge.get('scope') ?? '').includes('offline_access'), 'The challenge has offline_access.');
    },
  },
  {
    title: 'R15 the metadata is open to every page, without a token',
    async run(target) {
      const response = await fetch(metadataUrl(target), { headers: { origin: 'https://anywhere.example' } });
      const allowed = response.headers.get('access-control-allow-origin');
      check(allowed === '*', `Access-Control-Allow-Origin is ${allowed}.`);
    },
  },
  {
    title: 'R15 the metadata can be asked for with the headers of a client in a page',
    async run(target) {
      const asked = {
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version',
      };
      const headers = { origin: 'https://anywhere.example', ...asked };
      const response = await fetch(metadataUrl(target), { method: 'OPTIONS', headers });
      check(response.ok, `The preflight is answered ${response.status}.`);
      const allowed = response.headers.get('access-control-allow-headers') ?? '';
      check(/mcp-protocol-version|\*/i.test(allowed), `Access-Control-Allow-Headers is ${allowed}.`);
    },
  },
  {
    title: 'R15 the metadata answers HEAD',
    async run(target) {
      const response = await fetch(metadataUrl(target), { method: 'HEAD' });
      await expectStatus(response, 200, 'HEAD');
      check((await response.text()) === '', 'HEAD has a body.');
    },
  },
  {
    title: 'R15 the metadata may be cached, and is not sent again to who has it',
    async run(target) {
      const first = await fetch(metadataUrl(target));
      await first.text();
      const etag = first.headers.get('etag');
      check(etag !== null && first.headers.has('cache-control'), 'ETag or Cache-Control is missing.');
      const again = await fetch(metadataUrl(target), { headers: { 'if-none-match': etag } });
      await expectStatus(again, 304, 'If-None-Match with the ETag');
    },
  },
  {
    title: 'R15 the metadata is given also to who has a token that is not valid',
    async run(target) {
      await expectStatus(await fetch(metadataUrl(target), { headers: bearer('nonsense') }), 200, 'A bad token');
    },
  },
];

const challenges: readonly ResourceServerCase[] = [
  ...inBothEras(
    'R1, R7 a request without a token is answered 401 with the metadata and the scope',
    async (target, era) => {
      const response = await open(target.url, era, {});
      await expectStatus(response, 401, 'A request without a token');
      const challenge = challengeOf(response);
      check(challenge.get('resource_metadata') === metadataUrl(target), 'The challenge does not name the metadata.');
      check(challenge.get('scope') === target.requiredScope, `The scope is ${challenge.get('scope')}.`);
      check(!challenge.has('error'), 'The challenge has an error although there was no token (RFC 6750, section 3.1).');
    },
  ),
  ...['GET', 'DELETE'].map((method): ResourceServerCase => ({
    title: `R4, R7 a ${method} without a token is answered 401`,
    async run(target) {
      const headers = { accept: 'text/event-stream', 'mcp-session-id': 'x'.repeat(24) };
      await expectStatus(await fetch(target.url, { method, headers }), 401, `A ${method} without a token`);
    },
  })),
  ...inBothEras('R4 a token in the query does not count', async (target, era) => {
    const url = `${target.url}?access_token=${await target.token()}`;
    await expectStatus(await open(url, era, {}), 401, 'A token in the query');
  }),
  ...inBothEras('R4 each request of a session needs a token', async (target, era) => {
    const response = await open(target.url, era, bearer(await target.token()));
    await expectStatus(response, 200, 'A valid token');
    const session = response.headers.get('mcp-session-id');
    const headers: Record<string, string> = session === null ? {} : { 'mcp-session-id': session };
    const next =
      era === 'modern' ? modern('tools/list', {}) : { body: { jsonrpc: '2.0', id: 2, method: 'ping' }, headers: {} };
    await expectStatus(await post(target.url, next.body, { ...next.headers, ...headers }), 401, 'The next request');
  }),
  ...['Bearer', 'Bearer a b', 'Bearer a,b', 'Bearer "a"'].map((authorization): ResourceServerCase => ({
    title: `R6 the header "${authorization}" is answered 400 with invalid_request`,
    async run(target) {
      const response = await expectStatus(await open(target.url, 'modern', { authorization }), 400, 'It');
      check(challengeOf(response).get('error') === 'invalid_request', 'The error is not invalid_request.');
    },
  })),
  {
    title: 'R6 credentials of another scheme are answered 401',
    async run(target) {
      await expectStatus(await open(target.url, 'modern', { authorization: 'Basic YTpi' }), 401, 'Basic');
    },
  },
  {
    title: 'R6 a token that is nonsense is answered 401, and not repeated in the challenge',
    async run(target) {
      const response = await open(target.url, 'modern', bearer('very.strange.nonsense'));
      await expectStatus(response, 401, 'Nonsense');
      check(!response.headers.get('www-authenticate')!.includes('strange'), 'The challenge repeats the token.');
    },
  },
  ...inBothEras('R6 a token without the scope that everything needs is answered 403', async (target, era) => {
    const response = await open(target.url, era, bearer(await target.token({ claims: { scope: 'unrelated' } })));
    await expectStatus(response, 403, 'A token without the scope');
    const challenge = challengeOf(response);
    check(challenge.get('error') === 'insufficient_scope', `The error is ${challenge.get('error')}.`);
    check(challenge.get('scope')?.split(' ').includes(target.requiredScope) === true, 'The scope is not named.');
  }),
  ...inBothEras(
    'R8 a tool that needs more is answered 403 with all its scopes in one challenge',
    async (target, era) => {
      const { tool, scopes } = target.stepUp;
      const response = await callTool(target.url, era, tool, bearer(await target.token()));
      await expectStatus(response, 403, 'The tool');
      const challenge = challengeOf(response);
      check(challenge.get('error') === 'insufficient_scope', `The error is ${challenge.get('error')}.`);
      const named = challenge.get('scope')?.split(' ') ?? [];
      check(
        scopes.every((scope) => named.includes(scope)),
        `Only ${named.join(' ')} is named.`,
      );
      check(challenge.get('resource_metadata') === metadataUrl(target), 'The challenge does not name the metadata.');
      const { error } = (await response.json()) as { error?: unknown };
      check(error !== undefined, 'The body is no JSON-RPC error.');
    },
  ),
  ...inBothEras('R8 a tool that needs more is called with more scopes', async (target, era) => {
    const scope = [target.requiredScope, ...target.stepUp.scopes].join(' ');
    const response = await callTool(
      target.url,
      era,
      target.stepUp.tool,
      bearer(await target.token({ claims: { scope } })),
    );
    await expectStatus(response, 200, 'The tool');
  }),
  ...inBothEras('R9 a broader scope is enough', async (target, era) => {
    const token = await target.token({ claims: { scope: target.broaderScope } });
    await expectStatus(await open(target.url, era, bearer(token)), 200, 'A broader scope');
  }),
];

const tokens: readonly ResourceServerCase[] = [
  ...inBothEras('R5 a valid token is accepted', async (target, era) => {
    await expectStatus(await open(target.url, era, bearer(await target.token())), 200, 'A valid token');
  }),
  ...inBothEras('R5 a valid token is accepted by every instance', async (target, era) => {
    const token = await target.token();
    for (const url of target.otherUrls ?? []) await expectStatus(await open(url, era, bearer(token)), 200, url);
  }),
  {
    title: 'R4 the name of the scheme may be written in any case',
    async run(target) {
      const authorization = `bEARER ${await target.token()}`;
      await expectStatus(await open(target.url, 'modern', { authorization }), 200, 'bEARER');
    },
  },
  {
    title: 'R3 an audience with its host in upper case is accepted',
    async run(target) {
      const { protocol, host, pathname } = new URL(target.url);
      const aud = `${protocol.toUpperCase()}//${host.toUpperCase()}${pathname}`;
      await expectStatus(await open(target.url, 'modern', bearer(await target.token({ claims: { aud } }))), 200, aud);
    },
  },
  ...refusedToken('for another resource', { claims: { aud: 'https://elsewhere.example/mcp' } }),
  ...refusedToken('without an audience', { claims: { aud: undefined } }),
  ...refusedToken('that has expired', { expiresInS: -120 }),
  ...refusedToken('that is not valid yet', { claims: { nbf: 9_999_999_999 } }),
  ...refusedToken('of another issuer', { claims: { iss: 'https://elsewhere.example' } }),
  ...refusedToken('without an issuer', { claims: { iss: undefined } }),
  ...refusedToken('that names an unknown key', { header: { kid: 'unknown' } }),
  ...refusedToken('that is a proof of possession', { header: { typ: 'dpop+jwt' } }),
  {
    title: 'R5 a token for the host, and not for the endpoint, is refused',
    async run(target) {
      const token = await target.token({ claims: { aud: new URL(target.url).origin } });
      await expectStatus(await open(target.url, 'modern', bearer(token)), 401, 'It');
    },
  },
  {
    title: 'R5 a token whose signature was changed is refused',
    async run(target) {
      const [head, body, signature] = (await target.token()).split('.');
      const changed = `${head}.${body}.${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`;
      await expectStatus(await open(target.url, 'modern', bearer(changed)), 401, 'It');
    },
  },
  {
    title: 'R5 a token without a signature is refused',
    async run(target) {
      const body = (await target.token()).split('.')[1]!;
      const head = btoa(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).replaceAll('=', '');
      for (const token of [`${head}.${body}.`, `${head}.${body}.AAAA`]) {
        const { status } = await open(target.url, 'modern', bearer(token));
        check(status === 401 || status === 400, `It is answered ${status}.`);
      }
    },
  },
  ...inBothEras('R14 an issuer that cannot be asked makes the answer 503 with Retry-After', async (target, era) => {
    if (!target.unreachable) return;
    const response = await open(target.url, era, bearer(await target.unreachable()));
    await expectStatus(response, 503, 'A token that nobody can verify now');
    check(response.headers.has('retry-after'), 'The 503 has no Retry-After.');
  }),
  ...inBothEras('R17 a token that is bound to a key is refused as Bearer', async (target, era) => {
    const token = await target.token({ claims: { cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } } });
    await expectStatus(await open(target.url, era, bearer(token)), 401, 'A bound token');
  }),
  {
    title: 'R5 a session of one subject does not exist for another',
    async run(target) {
      const session = (await open(target.url, 'legacy', bearer(await target.token()))).headers.get('mcp-session-id');
      const other = bearer(await target.token({ claims: { sub: 'mallory' } }));
      const body = { jsonrpc: '2.0', id: 2, method: 'ping' };
      for (const url of [target.url, ...(target.otherUrls ?? [])]) {
        await expectStatus(await post(url, body, { ...other, 'mcp-session-id': session! }), 404, 'A foreign session');
      }
    },
  },
  {
    title: 'R5 a session goes on with a new token of its subject',
    async run(target) {
      const session = (await open(target.url, 'legacy', bearer(await target.token()))).headers.get('mcp-session-id');
      const fresh = { ...bearer(await target.token({ expiresInS: 600 })), 'mcp-session-id': session! };
      const body = { jsonrpc: '2.0', id: 2, method: 'ping' };
      for (const url of [target.url, ...(target.otherUrls ?? [])]) {
        await expectStatus(await post(url, body, fresh), 200, 'A new token');
      }
    },
  },
];

/** All cases, each independent of the others. */
export const resourceServerCases: readonly ResourceServerCase[] = [...documents, ...challenges, ...tokens];

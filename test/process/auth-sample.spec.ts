import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type CallToolResult,
} from '@modelcontextprotocol/client';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/steps/free-port.mjs';
import { OAuthUser } from '../fixtures/clients/oauth-user.js';
import { RoundRobin } from '../fixtures/network/round-robin.js';
import { startSample, type SampleProcess } from '../fixtures/processes/sample-process.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const SAMPLE = '08-auth';
const MODES = ['auto', 'legacy'] as const;
/** Short, so that a test can wait until a token has expired; a client refreshes it then. */
const TOKEN_SECONDS = 2;

/** A person with the official client, who signs in whenever the client says so. */
class Reader {
  readonly user: OAuthUser;
  readonly client: Client;
  #transport: StreamableHTTPClientTransport | undefined;

  constructor(
    private readonly url: string,
    person: string,
    mode: (typeof MODES)[number],
  ) {
    this.user = new OAuthUser(person);
    this.client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  }

  async connect(): Promise<this> {
    await this.#signedIn(() => {
      this.#transport = new StreamableHTTPClientTransport(new URL(this.url), { authProvider: this.user });
      return this.client.connect(this.#transport);
    });
    return this;
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<string> {
    const { content } = await this.#signedIn(() => this.client.callTool({ name, arguments: args }));
    return (content as CallToolResult['content'] as { text: string }[])[0]!.text;
  }

  async tools(): Promise<string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  get sessionId(): string | undefined {
    return this.#transport?.sessionId;
  }

  async #signedIn<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      await this.#transport!.finishAuth(this.user.takeAnswer());
      return run();
    }
  }
}

describe.each([1, 2])('sample 08-auth with the OAuth flow of the official client, instances: %i', (instances) => {
  const folder = mkdtempSync(join(tmpdir(), 'auth-sample-'));
  const files = Array.from({ length: instances }, (_, index) => join(folder, `audit-${index}.jsonl`));
  const samples: SampleProcess[] = [];
  const readers: Reader[] = [];
  let redis: RedisServer | undefined;
  let balancer: RoundRobin;

  beforeAll(async () => {
    if (instances > 1) redis = await RedisServer.start();
    const ports: number[] = [];
    balancer = await RoundRobin.start(ports);
    const ISSUER_URL = `http://127.0.0.1:${await freePort()}`;
    for (const [index, AUDIT_FILE] of files.entries()) {
      const env = { RESOURCE: balancer.url, ISSUER_URL, AUDIT_FILE, TOKEN_SECONDS: `${TOKEN_SECONDS}` };
      const sample = await startSample(SAMPLE, {
        ...env,
        ...(redis && { REDIS_URL: redis.url }),
        ...(index > 0 && { WITHOUT_ISSUER: '1' }),
      });
      samples.push(sample);
      ports.push(Number(new URL(sample.url).port));
      balancer.served.push(0);
    }
  }, 60_000);
  afterEach(async () => {
    for (const { client } of readers.splice(0)) await client.close();
  });
  afterAll(async () => {
    for (const sample of samples) expect(await sample.stop()).toBe(0);
    await balancer.close();
    await redis?.dispose();
    rmSync(folder, { recursive: true });
  });

  async function reader(person: string, mode: (typeof MODES)[number]): Promise<Reader> {
    const one = new Reader(balancer.url, person, mode);
    readers.push(one);
    return one.connect();
  }

  it('a request without a token is 401 and says where to get one', async () => {
    const { status, headers } = await fetch(balancer.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(status).toBe(401);
    const metadata = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate')!)![1]!;
    expect(await (await fetch(metadata)).json()).toMatchObject({ resource: balancer.url });
  });

  it.each(MODES)('a client signs in, calls, and signs in again for more scopes (%s)', async (mode) => {
    const alice = await reader('alice', mode);
    expect(alice.user.asked).toHaveLength(1);
    expect(alice.user.issued[0]!.scope).toBe('books:read');
    expect(await alice.tools()).toEqual(['find', 'reserve']);
    expect(await alice.call('reserve', { title: 'Emma' })).toBe('Emma is reserved for alice.');
    expect(await alice.call('reserve', { title: 'Emma', takeHome: true })).toContain('who may take it home');
    expect(alice.user.asked).toHaveLength(2);
    expect(alice.user.tokens()!.scope!.split(' ').toSorted()).toEqual(['books:lend', 'books:read']);
    expect(await alice.tools()).toEqual(['find', 'loans', 'reserve']);
  });

  it.each(MODES)('a list shows what the person may use, and nothing else can be called (%s)', async (mode) => {
    const [alice, bob] = [await reader('alice', mode), await reader('bob', mode)];
    expect(await bob.tools()).toEqual(['discard', 'find', 'reserve']);
    await expect(alice.call('discard', { title: 'Emma' })).rejects.toThrow('Unknown tool: discard');
    expect(await bob.call('discard', { title: 'Ulysses' })).toBe('There was no book "Ulysses".');
  });

  it.each(MODES)('a token is refreshed in the middle of a session, which goes on (%s)', async (mode) => {
    const alice = await reader('alice', mode);
    const session = alice.sessionId;
    await expect
      .poll(async () => (await alice.call('find', { title: 'Emma' })) && alice.user.issued.length, {
        timeout: 15_000,
        interval: 500,
      })
      .toBeGreaterThanOrEqual(3);
    expect(alice.user.asked).toHaveLength(1);
    expect(alice.sessionId).toBe(session);
    expect(session === undefined).toBe(mode === 'auto');
  });

  it('the audit of all instances names who did what, and holds no token', async () => {
    const bob = await reader('bob', 'auto');
    await bob.call('find', { title: 'Emma' });
    const token = bob.user.tokens()!.access_token;
    const lines = () => files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
    await expect
      .poll(() => lines().some((line) => line.includes('"name":"find"') && line.includes('"bob"')))
      .toBe(true);
    const text = lines().join('\n');
    expect(text).toContain('"reason":"unauthenticated"');
    expect(text).toContain('"reason":"scope"');
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.split('.')[2]);
  });
});

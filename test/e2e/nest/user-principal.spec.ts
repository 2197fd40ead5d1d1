import {
  Injectable,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type Provider,
} from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  McpContext,
  McpTool,
  PrincipalResolver,
  UserPrincipalResolver,
  type Principal,
  type PrincipalRequest,
} from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type AdapterName, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { send } from '../../fixtures/clients/raw-http.js';

@Injectable()
class Tools {
  @McpTool()
  whoAmI(ctx: McpContext): unknown {
    return { principal: ctx.principal ?? null, user: ctx.user ?? null };
  }
  @McpTool({ task: 'required' })
  report(): string {
    return 'done';
  }
}

/** What Passport, or middleware of the application, does: it verifies, and puts the claims on the request. */
const withUser = (request: { headers: Record<string, string | undefined>; user?: unknown }): void => {
  const claims = request.headers['x-claims'];
  if (claims !== undefined) request.user = JSON.parse(claims);
};

/** The places where the users of applications are set before the endpoint is reached. */
const PLACES: readonly (readonly [adapter: AdapterName, place: string, prepare: (app: INestApplication) => void])[] = [
  ...ADAPTERS.map(
    (adapter) =>
      [
        adapter,
        'middleware',
        (app: INestApplication) =>
          app.use((request: never, _response: unknown, next: () => void) => {
            withUser(request);
            next();
          }),
      ] as const,
  ),
  [
    'fastify',
    'a hook',
    (app: INestApplication) =>
      app
        .getHttpAdapter()
        .getInstance()
        .addHook('preHandler', (request: never, _reply: unknown, done: () => void) => {
          withUser(request);
          done();
        }),
  ],
];

const as = (claims: unknown) => ({ 'x-claims': JSON.stringify(claims) });
const ADA = as({ sub: 'ada', iss: 'https://login.test', azp: 'editor', exp: 1 });
/** The same after a refresh. */
const REFRESHED = as({ sub: 'ada', iss: 'https://login.test', azp: 'editor', exp: 2 });
const EVE = as({ sub: 'eve', iss: 'https://login.test', azp: 'editor' });

const parsed = (result: Record<string, any> | undefined): any => JSON.parse(result?.content[0].text as string);

describe.each(PLACES)('on %s, a user that %s has put on the request', (adapter, _place, prepare) => {
  let nest: NestApp;
  beforeAll(async () => {
    nest = await nestApp({ providers: [Tools] }, { adapter, prepare });
  });
  afterAll(() => nest.close());
  beforeEach(() => nest.logs.warnings.splice(0));

  it('is the principal of the call, and nobody is anonymous', async () => {
    const client = await EraClient.open('modern', nest.port);
    const { result } = await client.tool('whoAmI', {}, { headers: ADA });
    expect(parsed(result)).toEqual({
      principal: { issuer: 'https://login.test', subject: 'ada', clientId: 'editor' },
      user: { sub: 'ada', iss: 'https://login.test', azp: 'editor', exp: 1 },
    });
    expect(parsed((await client.tool('whoAmI')).result)).toEqual({ principal: null, user: null });
  });

  it('owns its sessions, their streams and its tasks, after its token was refreshed too', async () => {
    const session = await EraClient.open('legacy', nest.port, { headers: ADA });
    expect((await session.tool('whoAmI', {}, { headers: REFRESHED })).status).toBe(200);
    const foreign = await send(nest.port, session.request('tools/call', { name: 'whoAmI' }, { headers: EVE }));
    expect(foreign.status).toBe(404);
    const stream = { accept: 'text/event-stream', 'mcp-session-id': session.session! };
    const read = await send(nest.port, { verb: 'GET', path: '/mcp', headers: { ...stream, ...EVE } });
    expect(read.status).toBe(404);
    const anonymous = await send(nest.port, { verb: 'DELETE', path: '/mcp', headers: stream });
    expect(anonymous.status).toBe(404);

    const meta = {
      'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
    };
    const client = await EraClient.open('modern', nest.port);
    const { result, body } = await client.tool('report', {}, { headers: ADA, meta });
    const taskId = result?.taskId as string;
    expect(taskId, body).toBeTypeOf('string');
    const get = (headers: Record<string, string>) => client.call('tasks/get', { taskId }, { headers, meta });
    expect((await get(REFRESHED)).result).toMatchObject({ taskId });
    expect((await get(EVE)).error).toBeDefined();
  });

  it.each([
    [{ id: 7 }, { issuer: 'application', subject: '7' }],
    [
      { userId: 'u1', username: 'ada' },
      { issuer: 'application', subject: 'u1' },
    ],
    [
      { sub: 'x', client_id: 'cli' },
      { issuer: 'application', subject: 'x', clientId: 'cli' },
    ],
  ])('with the members %j is the principal %j', async (user, principal) => {
    const client = await EraClient.open('modern', nest.port, { headers: as(user) });
    expect(parsed((await client.tool('whoAmI')).result).principal).toEqual(principal);
  });

  it.each([{ username: 'ada', password: 'canary' }, 'ada', {}])(
    'without an identity is refused with 403, and the log says what to override: %j',
    async (user) => {
      const client = await EraClient.open('modern', nest.port, { headers: as(user) });
      const { status, body } = await client.tool('whoAmI');
      expect(status, body).toBe(403);
      expect(nest.logs.warnings.join()).toMatch(
        /none of "sub".*Extend UserPrincipalResolver, override principalOf\(\)/,
      );
      expect(nest.logs.warnings.join() + body).not.toContain('canary');
    },
  );
});

describe('principals and users', () => {
  async function started(resolver: Provider, adapter: AdapterName, guard?: CanActivate): Promise<NestApp> {
    return nestApp(
      { providers: [Tools, resolver] },
      {
        adapter,
        mcp: { mount: 'direct' },
        prepare: (app) => {
          PLACES.find(([one]) => one === adapter)![2](app);
          if (guard) app.useGlobalGuards(guard);
        },
      },
    );
  }

  it.each(ADAPTERS)('principalOf() of a subclass decides, on %s', async (adapter) => {
    class Accounts extends UserPrincipalResolver {
      override async principalOf({ mail }: { mail: string }, { headers }: PrincipalRequest): Promise<Principal> {
        return { issuer: String(headers['x-tenant']), subject: mail };
      }
    }
    const nest = await started({ provide: PrincipalResolver, useClass: Accounts }, adapter);
    try {
      const headers = { ...as({ mail: 'ada@example.com' }), 'x-tenant': 'blue' };
      const client = await EraClient.open('legacy', nest.port, { headers });
      const { principal } = parsed((await client.tool('whoAmI')).result);
      expect(principal).toEqual({ issuer: 'blue', subject: 'ada@example.com' });
    } finally {
      await nest.close();
    }
  });

  it.each(ADAPTERS)(
    'what a resolver of the application finds is the user of guards and tools, on %s',
    async (adapter) => {
      class Tokens extends PrincipalResolver {
        override resolve({ headers }: PrincipalRequest): Principal | undefined {
          const role = headers['x-role'];
          return role === undefined ? undefined : { issuer: 'tokens', subject: 'ada', role };
        }
      }
      const onlyAdmins: CanActivate = {
        canActivate: (context: ExecutionContext) =>
          context.switchToHttp().getRequest<{ user?: { role: string } }>().user?.role === 'admin',
      };
      const nest = await started({ provide: PrincipalResolver, useClass: Tokens }, adapter, onlyAdmins);
      try {
        const client = await EraClient.open('modern', nest.port);
        const { result } = await client.tool('whoAmI', {}, { headers: { 'x-role': 'admin' } });
        const ada = { issuer: 'tokens', subject: 'ada', role: 'admin' };
        expect(parsed(result)).toEqual({ principal: ada, user: ada });
        expect((await client.tool('whoAmI', {}, { headers: { 'x-role': 'guest' } })).error).toMatchObject({
          code: 403,
        });
        expect((await client.tool('whoAmI')).error).toMatchObject({ code: 403 });
        // The user that the application has found itself is kept.
        const both = await client.tool('whoAmI', {}, { headers: { 'x-role': 'guest', ...as({ role: 'admin' }) } });
        expect(parsed(both.result)).toMatchObject({ principal: { role: 'guest' }, user: { role: 'admin' } });
      } finally {
        await nest.close();
      }
    },
  );

  it('the user of a call in process is its principal, if it has an identity', async () => {
    const nest = await nestApp({ providers: [Tools] });
    try {
      const call = async (user: unknown) => parsed((await nest.mcp.callTool('whoAmI', {}, { user })) as never);
      expect(await call({ sub: 'ada' })).toEqual({
        principal: { issuer: 'application', subject: 'ada' },
        user: { sub: 'ada' },
      });
      expect(await call({ roles: ['admin'] })).toEqual({ principal: null, user: { roles: ['admin'] } });
    } finally {
      await nest.close();
    }
  });
});

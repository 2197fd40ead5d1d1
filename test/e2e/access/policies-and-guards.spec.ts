import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Injectable,
  Scope,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import {
  AccessPolicy,
  fromGuard,
  McpAllow,
  McpExpose,
  McpExecutionContext,
  McpModule,
  McpPublic,
  McpResource,
  McpRoles,
  McpScopes,
  McpTool,
  PrincipalResolver,
  type McpModuleOptions,
} from 'nestjs-mcp-fleet';
import { afterEach, describe, expect, it } from 'vitest';
import { nestApp, startError, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, ERAS, type EraName } from '../../fixtures/clients/era-client.js';
import { granted, GrantedPrincipals, type Grant } from '../../fixtures/security/granted-principals.js';

let nest: NestApp | undefined;
afterEach(async () => {
  await nest?.close();
  nest = undefined;
});

const resolver = { provide: PrincipalResolver, useClass: GrantedPrincipals };

const toolsOf = async (client: EraClient): Promise<string[]> =>
  ((await client.call('tools/list')).result!.tools as { name: string }[]).map(({ name }) => name);

async function clientOf(era: EraName, grant: Grant): Promise<EraClient> {
  return EraClient.open(era, nest!.port, { headers: granted(grant) });
}

const Roles = (...roles: string[]) => SetMetadata('roles', roles);

/** As most applications have one. */
@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<string[] | undefined>('roles', [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!roles) return true;
    const { user } = context.switchToHttp().getRequest<{ user?: { roles?: string[] } }>();
    if (roles.some((role) => user?.roles?.includes(role))) return true;
    throw new ForbiddenException();
  }
}

@Injectable()
class GuardedTools {
  @Roles('admin')
  @McpTool()
  restart(): string {
    return 'restarted';
  }

  @McpTool()
  free(): string {
    return 'free';
  }
}

const ADMIN: Grant = { subject: 'ann', roles: ['admin'] };
const USER: Grant = { subject: 'uwe', roles: ['user'] };

describe.each(ERAS)('guards that decide about lists in the %s era', (era) => {
  const decides = async () => {
    const [admin, user] = [await clientOf(era, ADMIN), await clientOf(era, USER)];
    expect(await toolsOf(admin)).toEqual(expect.arrayContaining(['free', 'restart']));
    expect(await toolsOf(user)).not.toContain('restart');
    expect((await admin.tool('restart')).result?.content[0].text).toBe('restarted');
    const hidden = await user.tool('restart');
    expect(hidden.error?.message).toBe('Unknown tool: restart');
    expect((await user.tool('free')).result?.content[0].text).toBe('free');
  };

  it('a global guard, by the option listingGuards', async () => {
    nest = await nestApp(
      { providers: [GuardedTools, { provide: APP_GUARD, useClass: RolesGuard }] },
      { mcp: { providers: [resolver], access: { listingGuards: [RolesGuard] } } },
    );
    await decides();
  });

  it('a guard that is no provider, by fromGuard()', async () => {
    @McpAllow(fromGuard(RolesGuard))
    @Injectable()
    class Tools extends GuardedTools {}
    nest = await nestApp({ providers: [Tools] }, { mcp: { providers: [resolver] } });
    await decides();
  });

  it('the guard of a route, which sees HTTP and the arguments in their places', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class OwnOrder implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        const { params, user } = context.switchToHttp().getRequest<{ params: { id?: string }; user: Grant }>();
        seen.push([context.getType(), params.id]);
        return params.id === undefined || params.id === user.subject;
      }
    }
    @McpAllow(fromGuard(OwnOrder))
    @UseGuards(OwnOrder)
    @McpExpose({ names: 'method' })
    @Controller('orders')
    class Orders {
      @Get(':id')
      order(): string {
        return 'order';
      }
    }
    nest = await nestApp({ controllers: [Orders] }, { mcp: { providers: [resolver] } });
    const client = await clientOf(era, USER);
    expect(await toolsOf(client)).toEqual(['order']);
    expect(seen).toEqual([['http', undefined]]);
    expect((await client.tool('order', { id: 'ann' })).error?.code).toBe(403);
    expect(seen).toContainEqual(['http', 'ann']);
  });

  it('a guard that reads the MCP context finds the caller', async () => {
    @Injectable()
    class OnlyAnn implements CanActivate {
      async canActivate(context: ExecutionContext): Promise<boolean> {
        return McpExecutionContext.create(context).getContext().principal?.subject === 'ann';
      }
    }
    @McpAllow(fromGuard(new OnlyAnn()))
    @Injectable()
    class Tools extends GuardedTools {}
    nest = await nestApp({ providers: [Tools] }, { mcp: { providers: [resolver] } });
    expect(await toolsOf(await clientOf(era, ADMIN))).toEqual(['free', 'restart']);
    expect(await toolsOf(await clientOf(era, USER))).toEqual([]);
  });
});

describe('policies', () => {
  @Injectable()
  class Failing extends AccessPolicy {
    override allows(): boolean {
      throw new Error('the database of the policy is unreachable');
    }
  }
  const rejecting = new (class Rejecting extends AccessPolicy {
    override allows(): Promise<boolean> {
      return Promise.reject(new Error('the policy timed out'));
    }
  })();
  const careless = new (class Careless extends AccessPolicy {
    override allows(): boolean {
      return 'yes' as never;
    }
  })();

  it('a policy that throws, rejects or returns no boolean denies, and the log says why', async () => {
    class Tools {
      @McpAllow(Failing)
      @McpTool()
      failing(): string {
        return 'leaked';
      }
      @McpAllow(rejecting)
      @McpTool()
      rejected(): string {
        return 'leaked';
      }
      @McpAllow(careless)
      @McpTool()
      careless(): string {
        return 'leaked';
      }
      @McpTool()
      fine(): string {
        return 'fine';
      }
    }
    Injectable()(Tools);
    nest = await nestApp({ providers: [Tools] }, { mcp: { providers: [resolver] } });
    const client = await clientOf('modern', USER);
    expect(await toolsOf(client)).toEqual(['fine']);
    for (const name of ['failing', 'rejected', 'careless']) {
      expect((await client.tool(name)).error?.message).toBe(`Unknown tool: ${name}`);
    }
    expect(nest.logs.about('unreachable')).toHaveLength(1);
    expect(nest.logs.about('timed out')).toHaveLength(1);
  });

  it('a policy is told what it decides about, and first asked without arguments', async () => {
    const asked: unknown[] = [];
    const recording = new (class Recording extends AccessPolicy {
      override allows(...[who, what, operation, args]: Parameters<AccessPolicy['allows']>): boolean {
        asked.push([who?.subject, what.kind, what.name, what.meta, what.type.name, what.handler.name, operation, args]);
        return true;
      }
    })();
    @Injectable()
    class Tools {
      @McpAllow(recording)
      @McpResource({ uri: 'note://{id}', meta: { team: 'red' } })
      note({ id }: { id: string }): string {
        return id;
      }
    }
    nest = await nestApp({ providers: [Tools] }, { mcp: { providers: [resolver] } });
    await (await clientOf('modern', USER)).call('resources/read', { uri: 'note://7' });
    const what = ['uwe', 'template', 'note://{id}', { team: 'red' }, 'Tools', 'note'];
    expect(asked).toEqual([
      [...what, 'list', undefined],
      [...what, 'call', { id: '7' }],
    ]);
  });
});

describe('rules of classes and methods', () => {
  it('add up, and @McpPublic() replaces what is further out', async () => {
    @McpScopes('base')
    class Base {}
    @McpScopes('own')
    @Injectable()
    class Tools extends Base {
      @McpScopes('method')
      @McpTool()
      all(): string {
        return 'all';
      }
      @McpPublic()
      @McpTool()
      open(): string {
        return 'open';
      }
    }
    @McpPublic()
    @Injectable()
    class Open extends Base {
      @McpTool()
      opened(): string {
        return 'opened';
      }
      @McpRoles('x')
      @McpTool()
      closed(): string {
        return 'closed';
      }
    }
    nest = await nestApp({ providers: [Tools, Open] }, { mcp: { providers: [resolver] } });
    const scopes = ['base', 'own', 'method'];
    expect(await toolsOf(await clientOf('modern', { subject: 'a', scopes }))).toEqual(['all', 'open', 'opened']);
    for (const missing of scopes) {
      const rest = scopes.filter((scope) => scope !== missing);
      expect(await toolsOf(await clientOf('modern', { subject: 'a', scopes: rest }))).toEqual(['open', 'opened']);
    }
    expect(await toolsOf(await clientOf('modern', { subject: 'a', roles: ['x'] }))).toEqual([
      'closed',
      'open',
      'opened',
    ]);
  });
});

describe('rules of run-time registrations and of calls in process', () => {
  it('decide as those of decorators', async () => {
    nest = await nestApp({}, { mcp: { providers: [resolver], capabilities: { tools: true } } });
    const { mcp } = nest;
    const access = { scopes: ['purge'], roles: ['admin'] };
    await mcp.registerTool({ name: 'purge' }, () => 'purged', { access });
    await mcp.registerTool({ name: 'free' }, () => 'free');
    const full = await clientOf('modern', { subject: 'a', ...access });
    const poor = await clientOf('modern', { subject: 'a', roles: ['admin'] });
    expect([await toolsOf(full), await toolsOf(poor)]).toEqual([['free', 'purge'], ['free']]);
    expect((await poor.tool('purge')).error).toBeDefined();
    const principal = { issuer: 'application', subject: 'cron', ...access };
    expect(await mcp.callTool('purge', {}, { principal })).toMatchObject({ content: [{ text: 'purged' }] });
    await expect(mcp.callTool('purge')).rejects.toThrow('Unknown tool: purge');
    expect(mcp.removeTool('purge')).toBe(true);
    expect(await toolsOf(full)).toEqual(['free']);
    const wrong = mcp.registerTool({ name: 'x' }, () => 'x', { access: { public: true, scopes: ['a'] } });
    await expect(wrong).rejects.toThrow('it is public');
  });
});

describe('start-up', () => {
  const declare = (decorator: MethodDecorator & ClassDecorator, mcp: Partial<McpModuleOptions> = {}) => {
    class Tools {
      tool(): string {
        return 'x';
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Tools.prototype, 'tool')!;
    McpTool()(Tools.prototype, 'tool', descriptor);
    decorator(Tools.prototype, 'tool', descriptor);
    Injectable()(Tools);
    return startError({ providers: [Tools] }, { mcp });
  };

  it.each([
    ['no scope', McpScopes(), /its list of scopes is empty/],
    ['a scope that could end the quotes of a challenge', McpScopes('a"b'), /characters that a scope cannot have/],
    ['a policy that is none', McpAllow(class Nothing {} as never), /its policy Nothing has no method "allows"/],
  ])('reports %s with the method', async (_title, decorator, message) => {
    const problem = await declare(decorator);
    expect(problem).toMatch(/^Tools\.tool: /);
    expect(problem).toMatch(message);
  });

  it('reports a request-scoped policy', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends AccessPolicy {
      override allows(): boolean {
        return true;
      }
    }
    @Injectable()
    class Tools {
      @McpAllow(Scoped)
      @McpTool()
      tool(): string {
        return 'x';
      }
    }
    expect(await startError({ providers: [Tools, Scoped] })).toMatch(/Scoped is request-scoped/);
  });

  it('refuses to let caches share lists that differ, and contents that not everybody may read', async () => {
    const listCache = { ttlMs: 1000, scope: 'public' } as const;
    expect(await declare(McpScopes('a'), { listCache })).toMatch(/option "listCache" has the scope "public"/);
    @Injectable()
    class Docs {
      @McpScopes('a')
      @McpResource({ uri: 'doc://x', cache: listCache })
      doc(): string {
        return 'x';
      }
    }
    expect(await startError({ providers: [Docs] })).toMatch(/^Docs\.doc: not everybody may read it/);
  });

  it.each([
    [{ denied: 'forbid' }, /"denied" to be "hide" or "challenge"/],
    [{ anonymous: true }, /"anonymous" to be "public-only"/],
    [{ impliedScopes: { a: 'b' } }, /a list of scopes for each scope/],
    [{ listingGuards: [{}] }, /a list of classes/],
    [{ policies: [] }, /has no field "policies"/],
  ])('refuses the option %o', (access, message) => {
    expect(() => McpModule.forRoot({ name: 'x', version: '1', access: access as never })).toThrow(message);
  });
});

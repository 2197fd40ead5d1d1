import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type INestApplication,
  type MiddlewareConsumer,
  Module,
  type NestModule,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { McpContext, McpModule, McpTool } from 'nestjs-mcp-fleet';
import { mcpClient } from 'nestjs-mcp-fleet/testing';
import { Gate } from '../../fixtures/applications/gate.js';
import { ADAPTERS } from '../../fixtures/applications/nest-app.js';
import { portlessApp } from '../../fixtures/applications/portless-app.js';

const seen: string[] = [];

@Injectable()
class KeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    seen.push(`guard of ${context.getType()}`);
    if (context.getType() !== 'http') return true;
    return context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-key'] === 'open';
  }
}

@Module({})
class Watched implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((_request: unknown, _response: unknown, next: () => void) => (seen.push('middleware'), next()))
      .forRoutes('*path');
  }
}

@Injectable()
class Tools {
  constructor(private readonly gate: Gate) {}

  @McpTool()
  hello(ctx: McpContext): string {
    return `hello from ${String(ctx.headers.host)}`;
  }

  @McpTool()
  async patient(ctx: McpContext): Promise<string> {
    ctx.closeStream();
    await this.gate.passage('patient');
    return 'at last';
  }
}

@Injectable()
class AdminTools {
  @McpTool({ server: 'admin' })
  secret(): string {
    return 'secret';
  }
}

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

describe.each(ADAPTERS)('the way of a request of the test client on %s', (adapter) => {
  const gate = new Gate();
  const provided = [{ provide: Gate, useValue: gate }, Tools];

  it('a request of the test client passes middleware, the guards of its route and the guards of the call', async () => {
    const guard = { provide: APP_GUARD, useClass: KeyGuard };
    app = await portlessApp({ imports: [Watched], providers: [...provided, guard] }, { adapter });
    const client = mcpClient(app);
    seen.length = 0;
    await expect(client.callTool('hello')).rejects.toMatchObject({ status: 403 });
    expect(seen).toEqual(['middleware', 'guard of http']);
    seen.length = 0;
    expect(await client.withHeaders({ 'x-key': 'open' }).callTool('hello')).toMatchObject({
      text: 'hello from localhost',
    });
    expect(seen).toEqual(['middleware', 'guard of http', 'guard of mcp']);
    await client.close();
  });

  it('the test client calls a server by a name that it allows, below the prefix of its application', async () => {
    app = await portlessApp({ providers: provided }, { adapter, allowedHosts: ['api.example.com'] });
    app.setGlobalPrefix('api');
    const client = mcpClient(app);
    expect(await client.callTool('hello')).toMatchObject({ text: 'hello from api.example.com' });
    const foreign = client.withHeaders({ host: 'evil.example' });
    await expect(foreign.callTool('hello')).rejects.toMatchObject({ status: 403, code: -32600 });
    await client.close();
  });

  it('the test client reaches each of several servers, and says which there is not', async () => {
    const admin = McpModule.forRoot({ name: 'admin', version: '1.0.0', server: 'admin', path: '/admin' });
    app = await portlessApp({ imports: [admin], providers: [...provided, AdminTools] }, { adapter });
    expect(await mcpClient(app, { server: 'admin' }).callTool('secret')).toMatchObject({ text: 'secret' });
    await expect(mcpClient(app).callTool('secret')).rejects.toThrow('Unknown tool');
    await expect(mcpClient(app, { server: 'other' }).tools()).rejects.toThrow('The application has no server "other".');
  });

  it('a legacy client of a test comes back for the response of a method that closes its stream', async () => {
    app = await portlessApp({ providers: provided }, { adapter });
    const client = mcpClient(app, { era: 'legacy' });
    const call = client.callTool('patient');
    await gate.reached('waiting patient');
    gate.release('patient');
    expect(await call).toMatchObject({ text: 'at last' });
    await client.close();
  });

  it('nothing keeps the process when the client and the application are closed', async () => {
    const before = process.getActiveResourcesInfo();
    app = await portlessApp({ providers: provided }, { adapter });
    for (const era of ['modern', 'legacy'] as const) {
      const client = mcpClient(app, { era });
      await client.listen();
      await client.callTool('hello');
      await client.close();
    }
    await app.close();
    app = undefined;
    const left = process.getActiveResourcesInfo();
    for (const one of before) if (left.includes(one)) left.splice(left.indexOf(one), 1);
    expect(left).toEqual([]);
  });
});

it('an application with TLS is reached without a certificate', async () => {
  class App {}
  Module({
    imports: [McpModule.forRoot({ name: 'tls', version: '1.0.0' })],
    providers: [{ provide: Gate, useValue: new Gate() }, Tools],
  })(App);
  const module = await Test.createTestingModule({ imports: [App] }).compile();
  app = module.createNestApplication(new FastifyAdapter({ https: {} } as never));
  expect(await mcpClient(app).callTool('hello')).toMatchObject({ isError: false });
});

import { Injectable } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  McpApp,
  McpContext,
  McpPublic,
  McpScopes,
  McpTool,
  PrincipalResolver,
  ToolError,
  type McpAppOptions,
} from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, startError, type NestApp } from '../../fixtures/applications/nest-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { CLIENT_CAPABILITIES, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { granted, GrantedPrincipals, type Grant } from '../../fixtures/security/granted-principals.js';

const UI = 'io.modelcontextprotocol/ui';
const HTML = 'text/html;profile=mcp-app';
const SHOWS_APPS = { extensions: { [UI]: { mimeTypes: [HTML] } } };
const SHOWS_OTHERS = { extensions: { [UI]: { mimeTypes: ['text/uri-list'] } } };
const PAGE = '<!doctype html><title>Board</title>';
const CSP = { connectDomains: ['https://api.example.com', 'wss://*.example.com:8443'], resourceDomains: [] };

@Injectable()
class Board {
  @McpApp({
    ...{ uri: 'ui://board/page', title: 'Board', description: 'All tasks', meta: { 'com.example/x': 1 } },
    ...{ csp: CSP, permissions: ['camera', 'clipboardWrite'], domain: 'board.example.com', prefersBorder: true },
  })
  page(): string {
    return PAGE;
  }

  @McpScopes('secret')
  @McpApp({ uri: 'ui://board/bytes' })
  bytes(): Uint8Array {
    return Buffer.from(PAGE);
  }

  @McpApp({ uri: 'ui://board/object' })
  object(): object {
    return { page: PAGE };
  }

  @McpTool({ app: 'ui://board/page', meta: { 'com.example/y': 2 } })
  tasks(ctx: McpContext): string {
    return ctx.can(UI) ? 'shown beside' : 'text only';
  }

  @McpTool({ app: { uri: 'ui://board/page', visibility: ['app'] } })
  done(): string {
    return 'done';
  }

  @McpPublic()
  @McpTool({ app: { visibility: ['app'] } })
  open(): string {
    return 'open';
  }

  @McpScopes('secret')
  @McpTool({ app: { visibility: ['app'] } })
  secret(): string {
    return 'secret';
  }

  @McpTool({ meta: { ui: { visibility: ['app'] } } })
  byHand(): string {
    return 'by hand';
  }

  @McpTool({ app: { visibility: ['model', 'app'] } })
  both(): string {
    throw new ToolError('both');
  }
}

/** A client of either era that declares some capabilities. */
interface Declaring {
  call(method: string, params?: Record<string, unknown>, id?: string): Promise<JsonRpc>;
}

const OPEN = {
  modern: async (port: number, capabilities: object, grant?: Grant): Promise<Declaring> => ({
    async call(method, params = {}, id = '1') {
      const meta = { [CLIENT_CAPABILITIES]: capabilities };
      return JSON.parse(
        (await send(port, modern(method, params, { id, meta, headers: granted(grant) }))).body,
      ) as JsonRpc;
    },
  }),
  legacy: async (port: number, capabilities: object, grant?: Grant): Promise<Declaring> => {
    const headers = granted(grant);
    const session = await LegacySession.open(port, { capabilities: capabilities as Record<string, unknown>, headers });
    return { call: (method, params, id) => session.request(method, params, id) };
  },
};

const toolNames = async (client: Declaring): Promise<string[]> =>
  (await client.call('tools/list')).result!['tools'].map(({ name }: { name: string }) => name);

describe.each(ADAPTERS)('apps on %s', (adapter) => {
  let app: NestApp;
  beforeAll(async () => {
    const providers = [{ provide: PrincipalResolver, useClass: GrantedPrincipals }];
    const mount = adapter === 'fastify' ? 'direct' : 'controller';
    app = await nestApp({ providers: [Board] }, { adapter, mcp: { providers, mount } });
  });
  afterAll(() => app.close());

  describe.each(['modern', 'legacy'] as const)('for a client of the %s era', (era) => {
    const open = (capabilities: object, grant?: Grant) => OPEN[era](app.port, capabilities, grant);

    it('a page is a resource whose list entry and contents say what it may do', async () => {
      const client = await open(SHOWS_APPS);
      const meta = {
        'com.example/x': 1,
        ui: {
          csp: CSP,
          permissions: { camera: {}, clipboardWrite: {} },
          domain: 'board.example.com',
          prefersBorder: true,
        },
      };
      const { resources } = (await client.call('resources/list')).result!;
      const listed = resources.find(({ uri }: { uri: string }) => uri === 'ui://board/page');
      expect(listed).toEqual({
        ...{ uri: 'ui://board/page', name: 'page', title: 'Board', description: 'All tasks' },
        ...{ mimeType: HTML, _meta: meta },
      });
      const read = await client.call('resources/read', { uri: 'ui://board/page' });
      expect(read.result!['contents']).toEqual([{ uri: 'ui://board/page', mimeType: HTML, text: PAGE, _meta: meta }]);
    });

    it('a page may be bytes, for those who may read it', async () => {
      const params = { uri: 'ui://board/bytes' };
      const { result } = await (
        await open(SHOWS_APPS, { subject: 'a', scopes: ['secret'] })
      ).call('resources/read', params);
      expect(Buffer.from(result!['contents'][0].blob, 'base64').toString()).toBe(PAGE);
      expect(result!['contents'][0]).toMatchObject({ mimeType: HTML, _meta: { ui: {} } });
      expect((await (await open(SHOWS_APPS)).call('resources/read', params)).error).toBeDefined();
    });

    it('what is no page is not sent', async () => {
      const { error } = await (await open(SHOWS_APPS)).call('resources/read', { uri: 'ui://board/object' });
      expect(error).toMatchObject({ code: -32603, message: 'Internal error' });
      expect(app.logs.about('an @McpApp() returns HTML').length).toBeGreaterThan(0);
    });

    it('tools for pages only exist for clients that show pages, and for no other', async () => {
      const [shows, plain, others] = await Promise.all([open(SHOWS_APPS), open({}), open(SHOWS_OTHERS)]);
      expect(await toolNames(shows)).toEqual(['both', 'byHand', 'done', 'open', 'tasks']);
      for (const client of [plain, others]) {
        expect(await toolNames(client)).toEqual(['both', 'tasks']);
        for (const name of ['done', 'open', 'byHand']) {
          const hidden = await client.call('tools/call', { name, arguments: {} }, 'a');
          const unknown = await client.call('tools/call', { name: 'nothing', arguments: {} }, 'b');
          expect({ ...hidden, id: 'b' }).toEqual(JSON.parse(JSON.stringify(unknown).replace('nothing', name)));
        }
      }
      for (const [name, text] of [
        ['done', 'done'],
        ['open', 'open'],
      ]) {
        const { result } = await shows.call('tools/call', { name, arguments: {} });
        expect(result!['content']).toEqual([{ type: 'text', text }]);
      }
    });

    it('the rules of access hold for a tool for pages, too', async () => {
      const [anybody, knowing] = await Promise.all([
        open(SHOWS_APPS),
        open(SHOWS_APPS, { subject: 'a', scopes: ['secret'] }),
      ]);
      expect(await toolNames(anybody)).not.toContain('secret');
      expect((await anybody.call('tools/call', { name: 'secret', arguments: {} })).error?.code).toBe(-32602);
      expect(await toolNames(knowing)).toContain('secret');
      expect((await knowing.call('tools/call', { name: 'secret', arguments: {} })).result).toBeDefined();
    });

    it('a tool names its page in its definition, and knows whether its client shows it', async () => {
      const [shows, plain] = await Promise.all([open(SHOWS_APPS), open({})]);
      const { tools } = (await shows.call('tools/list')).result!;
      const metaOf = (name: string) => tools.find((tool: { name: string }) => tool.name === name)._meta;
      expect(metaOf('tasks')).toEqual({ 'com.example/y': 2, ui: { resourceUri: 'ui://board/page' } });
      expect(metaOf('done')).toEqual({ ui: { resourceUri: 'ui://board/page', visibility: ['app'] } });
      const textOf = async (client: Declaring) =>
        (await client.call('tools/call', { name: 'tasks', arguments: {} })).result!['content'][0].text;
      expect([await textOf(shows), await textOf(plain)]).toEqual(['shown beside', 'text only']);
    });
  });

  it('the extension is advertised in both eras', async () => {
    const discovered = (await (await OPEN.modern(app.port, {})).call('server/discover')).result!;
    expect(discovered['capabilities'].extensions).toEqual({ [UI]: {} });
    expect((await LegacySession.open(app.port)).welcome['capabilities'].extensions).toEqual({ [UI]: {} });
  });

  it('the application itself may call a tool for pages', async () => {
    expect((await app.mcp.callTool('done')).content).toEqual([{ type: 'text', text: 'done' }]);
  });
});

it('with denied: "challenge" a tool for pages is still hidden from clients that show none', async () => {
  const providers = [{ provide: PrincipalResolver, useClass: GrantedPrincipals }];
  const app = await nestApp({ providers: [Board] }, { mcp: { providers, access: { denied: 'challenge' } } });
  try {
    const [shows, plain] = await Promise.all([OPEN.modern(app.port, SHOWS_APPS), OPEN.modern(app.port, {})]);
    expect(await toolNames(plain)).toEqual(['both', 'tasks']);
    expect(await toolNames(shows)).toEqual(['both', 'byHand', 'done', 'open', 'secret', 'tasks']);
    expect((await plain.call('tools/call', { name: 'secret', arguments: {} })).error?.code).toBe(-32602);
    expect((await shows.call('tools/call', { name: 'secret', arguments: {} })).error?.code).toBe(401);
  } finally {
    await app.close();
  }
});

it('a page and its tool that are registered at run time are like declared ones', async () => {
  const app = await nestApp({}, { mcp: { capabilities: { tools: true, resources: true } } });
  try {
    await app.mcp.registerApp({ name: 'late', uri: 'ui://late', prefersBorder: false }, () => PAGE);
    await app.mcp.registerTool({ name: 'press', app: { uri: 'ui://late', visibility: ['app'] } }, () => 'pressed');
    const [shows, plain] = await Promise.all([OPEN.modern(app.port, SHOWS_APPS), OPEN.modern(app.port, {})]);
    expect([await toolNames(shows), await toolNames(plain)]).toEqual([['press'], []]);
    const { result } = await shows.call('resources/read', { uri: 'ui://late' });
    expect(result!['contents'][0]).toMatchObject({ text: PAGE, _meta: { ui: { prefersBorder: false } } });
    expect((await shows.call('server/discover')).result!['capabilities'].extensions).toEqual({ [UI]: {} });
    expect(app.mcp.removeResource('ui://late')).toBe(true);
    expect((await shows.call('server/discover')).result!['capabilities'].extensions).toBeUndefined();
  } finally {
    await app.close();
  }
});

describe('apps that are declared wrongly', () => {
  const declared = (options: Partial<McpAppOptions>, link: unknown = 'ui://right') => {
    @Injectable()
    class Wrong {
      @McpApp({ uri: 'ui://right', ...options })
      page() {
        return PAGE;
      }
      @McpTool({ app: link as string })
      tool() {
        return 'x';
      }
    }
    return Wrong;
  };

  it.each<[string, Partial<McpAppOptions>, unknown, string]>([
    ['another scheme', { uri: 'http://x' }, undefined, 'must begin with "ui://"'],
    ['variables', { uri: 'ui://{x}' }, undefined, 'have no variables'],
    [
      'a directive in an origin',
      { csp: { connectDomains: ["https://a.example; script-src 'unsafe-eval'"] } },
      undefined,
      'must be like',
    ],
    ['a path in an origin', { csp: { frameDomains: ['https://a.example/x'] } }, undefined, 'must be like'],
    ['every origin', { csp: { resourceDomains: ['*'] } }, undefined, 'must be like'],
    [
      'an unknown directive',
      { csp: { scriptDomains: [] } as never },
      undefined,
      'its "csp" has no member "scriptDomains"',
    ],
    ['an unknown permission', { permissions: ['usb' as never] }, undefined, 'its permission "usb" is none of'],
    ['a tool whose page does not exist', {}, 'ui://other', 'its app "ui://other" does not exist'],
    ['a tool for nobody', {}, { visibility: [] }, 'needs a "visibility"'],
    ['a tool for somebody unknown', {}, { visibility: ['user'] }, 'needs a "visibility"'],
  ])('%s keeps the application from starting', async (_title, options, link, message) => {
    expect(await startError({ providers: [declared(options, link)] })).toContain(message);
  });

  it('a list with tools for pages must not be cached for all', async () => {
    const listCache = { ttlMs: 1000, scope: 'public' } as const;
    const link = { visibility: ['app'] };
    expect(await startError({ providers: [declared({}, link)] }, { mcp: { listCache } })).toContain('"listCache"');
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { McpInspector } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp } from '../../fixtures/applications/nest-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { send } from '../../fixtures/clients/raw-http.js';

/** What Chromium sends for an address that somebody types. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

const start = async (...given: Parameters<typeof nestApp>) => {
  const started = await nestApp(...given);
  closing.push(started.close);
  return started;
};
const open = (port: number, accept = BROWSER, headers: Record<string, string> = {}) =>
  send(port, { verb: 'GET', headers: { accept, ...headers } });

const combinations = ADAPTERS.flatMap((adapter) =>
  (['controller', 'direct', 'http-server'] as const).map((mount) => ({ adapter, mount })),
);

describe.each(combinations)('the endpoint in a browser, on $adapter with the mount $mount', ({ adapter, mount }) => {
  it('says what it is, and where its page is', async () => {
    const title = 'Weather <for> "all"';
    const { port } = await start(
      {},
      { adapter, mcp: { mount, title }, prepare: (app) => McpInspector.setup('inspector', app) },
    );
    const { status, headers, body } = await open(port);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain('<h1>Weather &lt;for&gt; &quot;all&quot;</h1>');
    expect(body).toContain('<code>app</code> 1.0.0');
    expect(body).toContain('<a href="/inspector/">');
  });

  it('says how to get a page where there is none', async () => {
    const { port } = await start({}, { adapter, mcp: { mount } });
    expect((await open(port)).body).toContain('McpInspector.setup()');
  });

  it('changes nothing for clients', async () => {
    const { port } = await start({}, { adapter, mcp: { mount } });
    for (const accept of ['text/event-stream', '*/*', `text/event-stream, ${BROWSER}`]) {
      expect((await open(port, accept)).headers['content-type'], accept).toBe('application/json');
    }
    const session = await LegacySession.open(port);
    const stream = await session.get();
    await stream.close();
  });

  it('says nothing in production', async () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      const { port } = await start({}, { adapter, mcp: { mount } });
      const { status, headers } = await open(port);
      expect([status, headers['content-type']]).toEqual([400, 'application/json']);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });

  it('says nothing to a page whose domain was re-pointed at it', async () => {
    const { port } = await start({}, { adapter, mcp: { mount } });
    expect((await open(port, BROWSER, { host: 'evil.example' })).status).toBe(403);
  });
});

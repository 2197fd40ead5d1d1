import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { LEGACY_REVISIONS } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

const REVISIONS = [...LEGACY_REVISIONS, '2026-07-28'] as const;

describe('members by revision (§2.6)', () => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp('fastify', { icons: [{ src: 'https://example.com/i.png' }], description: 'A wire.' });
  });
  afterAll(() => wire.close());

  describe.each(REVISIONS)('%s', (revision) => {
    const since = (first: string) => revision >= first;
    let ask: (method: string, params?: Record<string, unknown>) => Promise<Record<string, any>>;
    let welcome: Record<string, any>;

    beforeAll(async () => {
      if (revision === '2026-07-28') {
        ask = async (method, params) =>
          (JSON.parse((await send(wire.port, modern(method, params))).body) as JsonRpc).result!;
        welcome = { serverInfo: (await ask('server/discover'))._meta['io.modelcontextprotocol/serverInfo'] };
      } else {
        const session = await LegacySession.open(wire.port, { revision });
        ask = async (method, params) => (await session.request(method, params)).result!;
        welcome = session.welcome;
      }
    });

    const named = async (method: string, list: string, name: string) =>
      ((await ask(method))[list] as Record<string, any>[]).find((one) => one.name === name)!;

    it('the server info has a title, icons and a description only in revisions that know them', () => {
      expect('title' in welcome.serverInfo).toBe(since('2025-06-18'));
      expect('icons' in welcome.serverInfo).toBe(since('2025-11-25'));
      expect('description' in welcome.serverInfo).toBe(since('2025-11-25'));
    });

    it('tools have annotations, titles and icons only in revisions that know them', async () => {
      const echo = await named('tools/list', 'tools', 'echo');
      expect('annotations' in echo).toBe(since('2025-03-26'));
      expect('title' in echo).toBe(since('2025-06-18'));
      expect('icons' in echo).toBe(since('2025-11-25'));
      expect(echo.inputSchema).toMatchObject({ type: 'object' });
    });

    it('resources and prompts have titles, _meta, icons and lastModified only in revisions that know them', async () => {
      const fixed = await named('resources/list', 'resources', 'fixed');
      expect('title' in fixed).toBe(since('2025-06-18'));
      expect('_meta' in fixed).toBe(since('2025-06-18'));
      expect('icons' in fixed).toBe(since('2025-11-25'));
      expect(fixed.annotations).toMatchObject({ audience: ['user'] });
      expect('lastModified' in fixed.annotations).toBe(since('2025-06-18'));
      expect('title' in (await named('prompts/list', 'prompts', 'greet'))).toBe(since('2025-06-18'));
    });

    it('audio and links become text in revisions that do not know them', async () => {
      const { content } = await ask('tools/call', { name: 'everyKind' });
      expect(content[1].type).toBe(since('2025-03-26') ? 'audio' : 'text');
      if (since('2025-06-18')) expect(content[2]).toMatchObject({ type: 'resource_link', title: 'Fixed' });
      else expect(content[2]).toEqual({ type: 'text', text: 'Fixed: wire://fixed' });
      expect('_meta' in content[3]).toBe(since('2025-06-18'));
      expect(content[0].annotations).toMatchObject({ priority: 1 });
      expect('lastModified' in content[0].annotations).toBe(since('2025-06-18'));
      const { messages } = await ask('prompts/get', { name: 'greet', arguments: { who: 'Ada' } });
      expect(messages[1].content.type).toBe(since('2025-06-18') ? 'resource_link' : 'text');
    });

    it.each(['total', 'numbers'])('the structured output of %s fits the schema that was announced', async (name) => {
      const { outputSchema } = await named('tools/list', 'tools', name);
      const { structuredContent, content } = await ask('tools/call', { name });
      expect(content).toHaveLength(1);
      expect(outputSchema !== undefined).toBe(since('2025-06-18'));
      expect(structuredContent !== undefined).toBe(since('2025-06-18'));
      if (outputSchema === undefined) return;
      expect(new Ajv2020().validate(outputSchema, structuredContent)).toBe(true);
      expect(new Ajv().validate(outputSchema, structuredContent)).toBe(true);
      if (revision === '2026-07-28') return;
      expect(outputSchema.type).toBe('object');
      expect(new Ajv2020().validate(outputSchema, { result: ['no number'] })).toBe(false);
    });
  });
});

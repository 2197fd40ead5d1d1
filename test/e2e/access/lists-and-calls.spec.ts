import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessApp, type AccessApp } from '../../fixtures/applications/access-app.js';
import { mcpClient, type McpClient } from 'nestjs-mcp-fleet/testing';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { granted, type Grant } from '../../fixtures/security/granted-principals.js';

const ALICE: Grant = { subject: 'alice', scopes: ['files:write', 'files:read', 'docs', 'jobs'], roles: ['admin'] };
const BOB: Grant = { subject: 'bob', scopes: ['other'], roles: ['writer'] };
const EVE: Grant = { subject: 'eve' };

type List = 'tools' | 'resources' | 'resourceTemplates' | 'prompts';

const listed = async (client: McpClient, list: List): Promise<string[]> =>
  (await client[list]()).map(({ name }: { name: string }) => name);

describe.each(ERAS)('lists and calls in the %s era', (era) => {
  let access: AccessApp;
  beforeAll(async () => void (access = await accessApp()));
  afterAll(() => access.close());

  const as = (grant: Grant | undefined) => mcpClient(access.app, { era, headers: granted(grant) });

  it.each([
    ['scopes, a role and a folder', ALICE, ['empty', 'job', 'open', 'plain', 'purge', 'restart', 'write']],
    ['a folder', BOB, ['empty', 'open', 'plain']],
    ['nothing', EVE, ['open', 'plain']],
    ['no identity', undefined, ['open', 'plain']],
  ] as const)('a caller with %s is shown the tools that it may call', async (_title, grant, tools) => {
    expect(await listed(as(grant), 'tools')).toEqual(tools);
  });

  it('resources, templates and prompts are shown to those who may use them', async () => {
    const [alice, bob, eve] = [as(ALICE), as(BOB), as(EVE)];
    expect(await listed(alice, 'resources')).toEqual(['openDoc', 'plainDoc', 'scopedDoc']);
    expect(await listed(bob, 'resources')).toEqual(['openDoc', 'plainDoc']);
    expect(await listed(alice, 'resourceTemplates')).toEqual(['anyDoc', 'file']);
    expect(await listed(eve, 'resourceTemplates')).toEqual(['anyDoc']);
    expect(await listed(alice, 'prompts')).toEqual(['greet']);
    expect(await listed(bob, 'prompts')).toEqual(['draft', 'greet']);
  });

  it.each([
    ['tools/call', 'write', (name: string) => ({ name, arguments: {} })],
    ['tools/call', 'restart', (name: string) => ({ name, arguments: {} })],
    ['tools/call', 'empty', (name: string) => ({ name, arguments: { folder: 'red' } })],
    ['tools/call', 'job', (name: string) => ({ name, arguments: { key: 'x' }, task: {} })],
    ['prompts/get', 'draft', (name: string) => ({ name, arguments: { topic: 'x' } })],
    [
      'resources/read',
      'scoped',
      (name: string) => ({ uri: `doc2://${name}`.replace('doc2://scoped', 'doc://scoped') }),
    ],
    ['resources/read', 'red', (name: string) => ({ uri: name === 'red' ? 'folder://red/x' : 'nothing://x' })],
  ] as const)('%s of %s is answered as if it did not exist', async (method, name, params) => {
    const eve = await EraClient.open(era, access.port, { headers: granted(EVE) });
    const hidden = await eve.call(method, params(name), { id: 'same' });
    const unknown = await eve.call(method, params('unknown'), { id: 'same' });
    const asked = (outcome: typeof hidden, given: object) =>
      Object.values(given)
        .filter((value) => typeof value === 'string')
        .reduce((text: string, value: string) => text.replaceAll(value, '*'), outcome.body);
    expect(hidden.error).toBeDefined();
    expect(hidden.status).toBe(unknown.status);
    expect(asked(hidden, params(name))).toBe(asked(unknown, params('unknown')));
  });

  it('a caller uses what it is shown', async () => {
    const alice = as(ALICE);
    expect(await alice.callTool('write')).toMatchObject({ text: 'written' });
    expect(await alice.callTool('restart')).toMatchObject({ text: 'restarted' });
    expect(await alice.callTool('empty', { folder: 'red' })).toMatchObject({ text: 'emptied red' });
    expect(await alice.readResource('doc://scoped')).toMatchObject({ text: 'scoped' });
    expect(await alice.readResource('folder://red/a')).toMatchObject({ text: 'a in red' });
    expect(await as(BOB).getPrompt('draft', { topic: 'x' })).toMatchObject({ text: 'write about x' });
  });

  it('what a policy refuses for its arguments alone is forbidden for a tool, and unknown for a resource', async () => {
    const alice = as(ALICE);
    await expect(alice.callTool('empty', { folder: 'blue' })).rejects.toMatchObject({ code: 403 });
    await expect(alice.readResource('folder://blue/a')).rejects.toThrow('Resource not found: folder://blue/a');
  });

  it('a template that also matches does not open a hidden resource', async () => {
    const eve = as(EVE);
    await expect(eve.readResource('doc://scoped')).rejects.toThrow('not found');
    expect(await eve.readResource('doc://other')).toMatchObject({ text: 'any other' });
  });

  it('a method requires further scopes of its caller', async () => {
    await expect(as(ALICE).callTool('purge')).rejects.toMatchObject({
      code: 403,
      data: { requiredScopes: ['files:read', 'files:purge'] },
    });
    const more = as({ ...ALICE, scopes: [...ALICE.scopes!, 'files:purge'] });
    expect(await more.callTool('purge')).toMatchObject({ text: 'purged' });
  });

  it('completions are for those who may use what is completed', async () => {
    expect(await as(BOB).completePrompt('draft', 'topic', 'a')).toMatchObject({ values: ['a1'] });
    await expect(as(EVE).completePrompt('draft', 'topic', 'a')).rejects.toThrow('Unknown prompt: draft');
  });
});

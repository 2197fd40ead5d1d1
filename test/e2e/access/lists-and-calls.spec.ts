import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessApp, type AccessApp } from '../../fixtures/applications/access-app.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { granted, type Grant } from '../../fixtures/security/granted-principals.js';

const ALICE: Grant = { subject: 'alice', scopes: ['files:write', 'files:read', 'docs', 'jobs'], roles: ['admin'] };
const BOB: Grant = { subject: 'bob', scopes: ['other'], roles: ['writer'] };
const EVE: Grant = { subject: 'eve' };

type List = 'tools' | 'resources' | 'resourceTemplates' | 'prompts';
const METHODS: Record<List, string> = {
  tools: 'tools/list',
  resources: 'resources/list',
  resourceTemplates: 'resources/templates/list',
  prompts: 'prompts/list',
};

async function listed(client: EraClient, list: List): Promise<string[]> {
  const { result } = await client.call(METHODS[list]);
  return (result![list] as { name: string }[]).map(({ name }) => name);
}

describe.each(ERAS)('lists and calls in the %s era', (era) => {
  let access: AccessApp;
  beforeAll(async () => void (access = await accessApp()));
  afterAll(() => access.close());

  const as = (grant: Grant | undefined) => EraClient.open(era, access.port, { headers: granted(grant) });

  it.each([
    ['scopes, a role and a folder', ALICE, ['empty', 'job', 'open', 'plain', 'purge', 'restart', 'write']],
    ['a folder', BOB, ['empty', 'open', 'plain']],
    ['nothing', EVE, ['open', 'plain']],
    ['no identity', undefined, ['open', 'plain']],
  ] as const)('a caller with %s is shown the tools that it may call', async (_title, grant, tools) => {
    expect(await listed(await as(grant), 'tools')).toEqual(tools);
  });

  it('resources, templates and prompts are shown to those who may use them', async () => {
    const [alice, bob, eve] = await Promise.all([as(ALICE), as(BOB), as(EVE)]);
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
    const eve = await as(EVE);
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
    const [alice, bob] = await Promise.all([as(ALICE), as(BOB)]);
    expect((await alice.tool('write')).result?.content[0].text).toBe('written');
    expect((await alice.tool('restart')).result?.content[0].text).toBe('restarted');
    expect((await alice.tool('empty', { folder: 'red' })).result?.content[0].text).toBe('emptied red');
    expect((await alice.call('resources/read', { uri: 'doc://scoped' })).result?.contents[0].text).toBe('scoped');
    expect((await alice.call('resources/read', { uri: 'folder://red/a' })).result?.contents[0].text).toBe('a in red');
    const draft = await bob.call('prompts/get', { name: 'draft', arguments: { topic: 'x' } });
    expect(draft.result?.messages[0].content.text).toBe('write about x');
  });

  it('what a policy refuses for its arguments alone is forbidden for a tool, and unknown for a resource', async () => {
    const alice = await as(ALICE);
    expect((await alice.tool('empty', { folder: 'blue' })).error).toMatchObject({ code: 403 });
    const foreign = await alice.call('resources/read', { uri: 'folder://blue/a' });
    expect(foreign.error?.message).toBe('Resource not found: folder://blue/a');
  });

  it('a template that also matches does not open a hidden resource', async () => {
    const eve = await as(EVE);
    expect((await eve.call('resources/read', { uri: 'doc://scoped' })).error?.message).toMatch('not found');
    expect((await eve.call('resources/read', { uri: 'doc://other' })).result?.contents[0].text).toBe('any other');
  });

  it('a method requires further scopes of its caller', async () => {
    const alice = await as(ALICE);
    const { error } = await alice.tool('purge');
    expect(error).toMatchObject({ code: 403, data: { requiredScopes: ['files:read', 'files:purge'] } });
    const more = await as({ ...ALICE, scopes: [...ALICE.scopes!, 'files:purge'] });
    expect((await more.tool('purge')).result?.content[0].text).toBe('purged');
  });

  it('completions are for those who may use what is completed', async () => {
    const draft = { ref: { type: 'ref/prompt', name: 'draft' }, argument: { name: 'topic', value: 'a' } };
    expect((await (await as(BOB)).call('completion/complete', draft)).result?.completion.values).toEqual(['a1']);
    expect((await (await as(EVE)).call('completion/complete', draft)).error).toMatchObject({
      message: 'Unknown prompt: draft',
    });
  });
});

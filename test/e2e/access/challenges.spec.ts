import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessApp, type AccessApp } from '../../fixtures/applications/access-app.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { granted, type Grant } from '../../fixtures/security/granted-principals.js';

const EVE: Grant = { subject: 'eve' };

describe.each(ERAS)('denied: "challenge" in the %s era', (era) => {
  let access: AccessApp;
  beforeAll(async () => {
    const impliedScopes = { 'files:all': ['files:write', 'files:read'], root: ['files:all'] };
    access = await accessApp({ access: { denied: 'challenge', impliedScopes } });
  });
  afterAll(() => access.close());

  const as = (grant?: Grant) => EraClient.open(era, access.port, { headers: granted(grant) });

  it('lists show everything', async () => {
    const { result } = await (await as(EVE)).call('tools/list');
    expect(result!.tools).toHaveLength(7);
  });

  it('a call says which scopes are missing', async () => {
    const { error } = await (await as(EVE)).tool('write');
    expect(error).toEqual({
      code: 403,
      message: 'This needs the scope files:write',
      data: { requiredScopes: ['files:write'] },
    });
  });

  it.each([
    ['a role', 'tools/call', { name: 'restart' }],
    ['a policy', 'tools/call', { name: 'empty', arguments: { folder: 'red' } }],
    ['a policy of a template', 'resources/read', { uri: 'folder://red/x' }],
    ['a role of a prompt', 'prompts/get', { name: 'draft', arguments: { topic: 'x' } }],
  ])('without %s, it is forbidden', async (_title, method, params) => {
    const { error } = await (await as(EVE)).call(method, params);
    expect(error).toEqual({ code: 403, message: 'The caller may not do this' });
  });

  it('an anonymous caller is asked for an identity', async () => {
    const anonymous = await as();
    const { error, status } = await anonymous.tool('write');
    expect(error).toMatchObject({ code: 401, data: { requiredScopes: ['files:write'] } });
    expect(status).toBe(401);
    expect((await anonymous.tool('plain')).result?.content[0].text).toBe('plain');
  });

  it('a broader scope implies narrower ones, also over several steps', async () => {
    for (const scope of ['files:write', 'files:all', 'root']) {
      const { result } = await (await as({ subject: 'eve', scopes: [scope] })).tool('write');
      expect(result?.content[0].text).toBe('written');
    }
  });
});

describe.each(ERAS)('anonymous: "public-only" in the %s era', (era) => {
  let access: AccessApp;
  afterEach(() => access.close());

  it('an anonymous caller sees and uses what is public, and is asked for an identity by every other name', async () => {
    access = await accessApp({ access: { anonymous: 'public-only' } });
    const anonymous = await EraClient.open(era, access.port);
    const list = async (method: string, key: string) =>
      ((await anonymous.call(method)).result![key] as { name: string }[]).map(({ name }) => name);
    expect(await list('tools/list', 'tools')).toEqual(['open']);
    expect(await list('resources/list', 'resources')).toEqual(['openDoc']);
    expect(await list('resources/templates/list', 'resourceTemplates')).toEqual([]);
    expect(await list('prompts/list', 'prompts')).toEqual(['greet']);
    expect((await anonymous.tool('open')).result?.content[0].text).toBe('open');
    const hidden = await anonymous.tool('plain', {}, { id: 'same' });
    expect(hidden).toMatchObject({ status: 401, error: { code: 401 } });
    expect(await anonymous.tool('nothing', {}, { id: 'same' })).toEqual(hidden);
    const unread = await anonymous.call('resources/read', { uri: 'doc://plain' }, { id: 'same' });
    expect(await anonymous.call('resources/read', { uri: 'no://x' }, { id: 'same' })).toEqual(unread);
    expect(unread.error?.code).toBe(401);
    const user = await EraClient.open(era, access.port, { headers: granted({ subject: 'eve' }) });
    expect((await user.tool('plain')).result?.content[0].text).toBe('plain');
  });
});

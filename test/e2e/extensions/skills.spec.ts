import { Injectable, Scope } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { McpResource, McpSkill, type McpModuleOptions, type McpSkillContent } from 'nestjs-mcp-fleet';
import { ADAPTERS, startError } from '../../fixtures/applications/nest-app.js';
import { ForAlice, skillsApp, type SkillsApp } from '../../fixtures/applications/skills-app.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { granted, type Grant } from '../../fixtures/security/granted-principals.js';

const MOUNTS = { fastify: 'controller', express: 'direct' } as const;
const HANDBOOK = 'skill://team/handbook/SKILL.md';
const LIST_CHANGED = 'notifications/resources/list_changed';
const UPDATED = 'notifications/resources/updated';

const of = (method: string) => (message: JsonRpc) => message.method === method;
const digestOf = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

interface Skill {
  readonly uri: string;
  readonly frontmatter: Record<string, unknown>;
  readonly resources: { readonly uri: string; readonly digest: string; readonly size: number }[];
}

const listed = async (client: EraClient): Promise<Skill[]> => (await client.call('skills/list')).result!['skills'];
const names = async (client: EraClient) => (await listed(client)).map(({ frontmatter }) => frontmatter['name']);
const read = (client: EraClient, uri: string, details?: object) => client.call('resources/read', { uri }, details);

describe.each(ADAPTERS)('skills on %s', (adapter) => {
  let app: SkillsApp;
  beforeAll(async () => void (app = await skillsApp({ pageSize: 2, mount: MOUNTS[adapter] }, { adapter })));
  afterAll(() => app.close());

  describe.each(ERAS)('for a client of the %s era', (era) => {
    const open = (grant?: Grant) => EraClient.open(era, app.port, { headers: granted(grant) });

    it('a skill is listed with its head and a digest of each file, and each file fits its digest', async () => {
      const client = await open();
      const skill = (await listed(client)).find(({ uri }) => uri === HANDBOOK)!;
      expect(skill.frontmatter).toEqual({ name: 'handbook', description: 'How we work.', license: 'MIT' });
      expect(skill.resources.map(({ uri }) => uri)).toEqual([
        HANDBOOK,
        ...['a/b.md', 'a/c.bin', 'z.md'].map((file) => `skill://team/handbook/${file}`),
      ]);
      for (const { uri, digest, size } of skill.resources) {
        const { text, blob } = (await read(client, uri)).result!['contents'][0];
        const bytes = text === undefined ? Buffer.from(blob, 'base64') : Buffer.from(text);
        expect({ uri, digest: digestOf(bytes), size: bytes.length }).toEqual({ uri, digest, size });
      }
    });

    it('skills/get returns what the list has, and nothing for what is no skill', async () => {
      const client = await open();
      const [listing, got] = [await listed(client), await client.call('skills/get', { uri: HANDBOOK })];
      expect(got.result!['skill']).toEqual(listing.find(({ uri }) => uri === HANDBOOK));
      expect('ttlMs' in got.result!).toBe(era === 'modern');
      for (const uri of ['skill://team/none/SKILL.md', 'skill://team/handbook', 'skill://team/handbook/z.md', 'x']) {
        const message = `No skill is served at ${uri}`;
        expect((await client.call('skills/get', { uri })).error).toEqual({ code: -32602, message });
      }
      expect((await client.call('skills/get', {})).error?.code).toBe(-32602);
    });

    it('a list is read page by page, and ends', async () => {
      const client = await open({ subject: 'alice', scopes: ['billing'] });
      const seen: unknown[] = [];
      let cursor: unknown;
      do {
        const { result } = await client.call('skills/list', cursor === undefined ? {} : { cursor });
        seen.push(...result!['skills'].map(({ uri }: Skill) => uri));
        cursor = result!['nextCursor'];
      } while (cursor !== undefined);
      expect(seen).toEqual(
        ['skill://rare', 'skill://refunds', 'skill://secret', 'skill://team/handbook'].map((uri) => `${uri}/SKILL.md`),
      );
      expect((await client.call('skills/list', { cursor: 'x' })).error?.code).toBe(-32602);
    });

    it('its SKILL.md is a resource with its name and description; other files are not listed', async () => {
      const client = await open();
      const resources: { uri: string }[] = [];
      let cursor: unknown;
      do {
        const { result } = await client.call('resources/list', cursor === undefined ? {} : { cursor });
        resources.push(...result!['resources']);
        cursor = result!['nextCursor'];
      } while (cursor !== undefined);
      const own = resources.filter(({ uri }) => uri.startsWith('skill://team'));
      expect(own).toEqual([
        expect.objectContaining({
          uri: HANDBOOK,
          name: 'handbook',
          description: 'How we work.',
          mimeType: 'text/markdown',
        }),
      ]);
    });

    it('folders are read one level at a time, page by page', async () => {
      const client = await open();
      const folder = (uri: string, cursor?: unknown) =>
        client.call('resources/directory/read', { uri, ...(cursor !== undefined && { cursor }) });
      const first = await folder('skill://team/handbook');
      expect(first.result!['resources'].map((one: any) => [one.name, one.mimeType])).toEqual([
        ['handbook', 'text/markdown'],
        ['a', 'inode/directory'],
      ]);
      const second = await folder('skill://team/handbook', first.result!['nextCursor']);
      expect(second.result!['resources']).toEqual([
        { uri: 'skill://team/handbook/z.md', name: 'z.md', mimeType: 'text/markdown', size: 1 },
      ]);
      expect(second.result!['nextCursor']).toBeUndefined();
      const inner = await folder('skill://team/handbook/a');
      expect(inner.result!['resources'].map((one: any) => one.name)).toEqual(['b.md', 'c.bin']);
    });

    it.each([HANDBOOK, 'skill://team', 'skill://team/handbook/', 'skill://team/handbook/none', 'file:///etc'])(
      '%s is not a directory',
      async (uri) => {
        const { error } = await (await open()).call('resources/directory/read', { uri });
        expect(error).toEqual({ code: -32602, message: `${uri} is not a directory resource` });
      },
    );

    it.each([
      'skill://team/handbook/../../../package.json',
      'skill://team/handbook/a/../z.md',
      'skill://team/handbook/%2e%2e/%2e%2e/package.json',
      'skill://team/handbook/a%2fb.md',
      'skill://team/handbook//z.md',
      'skill://TEAM/handbook/z.md',
      'skill://team/handbook/z.md?x',
      'skill://team/handbook/nothing.md',
    ])('%s is not found', async (uri) => {
      const { error } = await read(await open(), uri);
      expect(error?.code).toBe(era === 'modern' ? -32602 : -32002);
    });

    it('nobody lists, gets, opens or reads what a rule hides, and who may does', async () => {
      const [anybody, biller] = await Promise.all([open(), open({ subject: 'bob', scopes: ['billing'] })]);
      const uri = 'skill://refunds/SKILL.md';
      expect(await names(anybody)).not.toContain('refunds');
      const attempts: [string, object, object][] = [
        ['skills/get', { uri }, { uri: 'skill://nothing/SKILL.md' }],
        ['resources/read', { uri }, { uri: 'skill://nothing/SKILL.md' }],
        ['resources/directory/read', { uri: 'skill://refunds' }, { uri: 'skill://nothing' }],
      ];
      for (const [method, hidden, absent] of attempts) {
        const [one, other] = [
          await anybody.call(method, hidden as Record<string, unknown>, { id: 'same' }),
          await anybody.call(method, absent as Record<string, unknown>, { id: 'same' }),
        ];
        expect(one.body.replaceAll('refunds', '*')).toBe(other.body.replaceAll('nothing', '*'));
        expect((await biller.call(method, hidden as Record<string, unknown>)).error).toBeUndefined();
      }
      expect(await names(biller)).toContain('refunds');
    });

    it('a policy decides once about the list and the files, by the URI of the skill', async () => {
      const [alice, bob] = await Promise.all([open({ subject: 'alice' }), open({ subject: 'bob' })]);
      expect((await read(alice, 'skill://secret/SKILL.md')).result!['contents'][0].text).toContain('# Secret');
      expect((await read(bob, 'skill://secret/SKILL.md')).error).toBeDefined();
      expect((await alice.call('skills/get', { uri: 'skill://secret/SKILL.md' })).result).toBeDefined();
      expect((await bob.call('skills/get', { uri: 'skill://secret/SKILL.md' })).error?.code).toBe(-32602);
      expect(new Set(app.app.get(ForAlice).asked)).toEqual(new Set(['skill skill://secret/SKILL.md']));
    });

    it('a guard of the method sees which file is read', async () => {
      const details = { meta: { night: true } };
      const { error } = await read(await open(), 'skill://team/handbook/a/b.md', details);
      expect(error).toMatchObject({ code: 403, message: 'Nobody reads a/b.md at night.' });
    });

    it('the limit of the method counts its files', async () => {
      const client = await open({ subject: `reader-${era}` });
      expect((await read(client, 'skill://rare/SKILL.md')).result).toBeDefined();
      expect((await read(client, 'skill://rare/SKILL.md')).error?.code).toBe(429);
    });
  });

  it('the extension is advertised with directories, and so are resources', async () => {
    const { result } = await (await EraClient.open('modern', app.port)).call('server/discover');
    expect(result!['capabilities']).toMatchObject({
      resources: { subscribe: true, listChanged: true },
      extensions: { 'io.modelcontextprotocol/skills': { directoryRead: true } },
    });
  });
});

describe('skills that change', () => {
  let app: SkillsApp;
  beforeEach(async () => void (app = await skillsApp()));
  afterEach(() => app.close());

  it.each(ERAS)('a client of the %s era hears of it, and reads what is new', async (era) => {
    const client = await EraClient.open(era, app.port);
    const uri = 'skill://team/handbook/z.md';
    if (era === 'legacy') await client.call('resources/subscribe', { uri });
    const stream = await client.listen([uri, HANDBOOK]);
    if (era === 'legacy') await stream.frame(({ id }) => id !== undefined);
    app.handbook.files = { 'new.md': 'new', 'z.md': 'other' };
    await app.mcp.reloadSkills();
    await stream.message(of(LIST_CHANGED));
    expect((await stream.message(of(UPDATED))).params).toMatchObject({ uri });
    const skill = (await listed(client)).find((one) => one.uri === HANDBOOK)!;
    expect(skill.resources.map((one) => one.uri)).toEqual([HANDBOOK, 'skill://team/handbook/new.md', uri]);
    expect(skill.resources.at(-1)!.digest).toBe(digestOf('other'));
    expect((await read(client, uri)).result!['contents'][0].text).toBe('other');
    expect((await read(client, 'skill://team/handbook/a/b.md')).error).toBeDefined();
    expect((await client.call('resources/directory/read', { uri: 'skill://team/handbook/a' })).error?.code).toBe(
      -32602,
    );
    await stream.close();
  });

  it('nobody is told when nothing has changed', async () => {
    const client = await EraClient.open('modern', app.port);
    const marker = 'skill://team/handbook/z.md';
    const stream = await client.listen([HANDBOOK, marker]);
    await app.mcp.reloadSkills();
    expect(app.handbook.calls).toBe(2);
    await app.mcp.resourceUpdated(marker);
    await stream.message(of(UPDATED));
    const told = stream.messages.filter(({ method }) => [LIST_CHANGED, UPDATED].includes(method!));
    expect(told.map(({ params }) => params!['uri'])).toEqual([marker]);
    await stream.close();
  });

  it('a skill that cannot be made stays as it was, and the application is told', async () => {
    app.handbook.files = { 'SKILL.md': 'x' };
    await expect(app.mcp.reloadSkills()).rejects.toThrow(
      'SkillMethods.make: SkillMethods.make returned a file with the path "SKILL.md"',
    );
    app.handbook.files = { '../x': 'x' };
    await expect(app.mcp.reloadSkills()).rejects.toThrow('"../x"');
    const client = await EraClient.open('modern', app.port);
    expect((await read(client, 'skill://team/handbook/z.md')).result!['contents'][0].text).toBe('z');
  });
});

describe('skills in a directory', () => {
  let root: string;
  let app: SkillsApp | undefined;
  beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'skills-'))));
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await rm(root, { recursive: true });
  });

  const put = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  const skill = (name: string, body = '') => `---\nname: ${name}\ndescription: About ${name}.\n---\n${body}`;
  const start = async (options: object = {}): Promise<EraClient> => {
    app = await skillsApp({ skills: { directory: root, ...options } });
    return EraClient.open('modern', app.port);
  };

  it('each folder with a SKILL.md is a skill, also one in another', async () => {
    await put('deploy/SKILL.md', skill('deploy'));
    await put('deploy/steps/rollback/SKILL.md', skill('rollback'));
    await put('deploy/steps/x y.md', 'x');
    const client = await start({ prefix: 'ops' });
    const found = (await listed(client)).filter(({ uri }) => uri.startsWith('skill://ops'));
    expect(found.map(({ uri, resources }) => [uri, resources.map((one) => one.uri)])).toEqual([
      [
        'skill://ops/deploy/SKILL.md',
        ['SKILL.md', 'steps/rollback/SKILL.md', 'steps/x%20y.md'].map((file) => `skill://ops/deploy/${file}`),
      ],
      ['skill://ops/deploy/steps/rollback/SKILL.md', ['skill://ops/deploy/steps/rollback/SKILL.md']],
    ]);
    expect((await read(client, 'skill://ops/deploy/steps/x%20y.md')).result!['contents'][0].text).toBe('x');
    const { result } = await client.call('resources/directory/read', { uri: 'skill://ops/deploy/steps' });
    expect(result!['resources'].map(({ name }: { name: string }) => name)).toEqual(['rollback', 'x y.md']);
  });

  it('one rule is for all of them', async () => {
    await put('deploy/SKILL.md', skill('deploy'));
    const anybody = await start({ access: { scopes: ['ops'] } });
    expect(await names(anybody)).not.toContain('deploy');
    expect((await read(anybody, 'skill://deploy/SKILL.md')).error).toBeDefined();
    const headers = granted({ subject: 'x', scopes: ['ops'] });
    const operator = await EraClient.open('modern', app!.port, { headers });
    expect(await names(operator)).toContain('deploy');
    expect((await read(operator, 'skill://deploy/SKILL.md')).result).toBeDefined();
  });

  it('a directory that is looked at again announces what has changed by itself', async () => {
    await put('deploy/SKILL.md', skill('deploy', 'one'));
    const client = await start({ rereadMs: 100 });
    const stream = await client.listen(['skill://deploy/SKILL.md']);
    await put('deploy/SKILL.md', skill('deploy', 'two'));
    await put('new/SKILL.md', skill('new'));
    await stream.message(of(UPDATED));
    await stream.message(of(LIST_CHANGED));
    expect((await read(client, 'skill://deploy/SKILL.md')).result!['contents'][0].text).toContain('two');
    await rm(join(root, 'deploy'), { recursive: true });
    await stream.firstMessages(2, of(UPDATED));
    expect((await read(client, 'skill://deploy/SKILL.md')).error?.code).toBe(-32602);
    await stream.close();
  });

  it('a skill that is half written stays as it was, and the log says what is wrong', async () => {
    await put('deploy/SKILL.md', skill('deploy', 'one'));
    const client = await start();
    await put('deploy/SKILL.md', 'half');
    await expect(app!.mcp.reloadSkills()).rejects.toThrow(
      'The skill "deploy" cannot be served: it does not begin with YAML',
    );
    expect((await read(client, 'skill://deploy/SKILL.md')).result!['contents'][0].text).toContain('one');
  });

  it.each([
    ['a head that is missing', { 'a/SKILL.md': 'text' }, 'The skill "a" cannot be served: it does not begin with YAML'],
    ['another name', { 'a/SKILL.md': skill('b') }, 'its name "b" must be that of its folder, "a"'],
    ['the path of another skill', { 'secret/SKILL.md': skill('secret') }, 'The skill "secret" is declared twice'],
    [
      'the path around another skill',
      { 'team/SKILL.md': skill('team') },
      'The skill "team/handbook" is declared twice',
    ],
  ])('%s keeps the application from starting', async (_title, files, message) => {
    for (const [path, content] of Object.entries(files)) await put(path, content);
    await expect(start()).rejects.toThrow(message);
  });

  it('a link that leads out of it keeps the application from starting', async () => {
    await put('a/SKILL.md', skill('a'));
    await symlink('/etc/passwd', join(root, 'a/users.md'));
    await expect(start()).rejects.toThrow('"a/users.md" is a link that leads out of the directory.');
  });

  it('a directory that does not exist keeps the application from starting', async () => {
    await expect(start({ directory: join(root, 'none') })).rejects.toThrow('ENOENT');
  });
});

describe('skills that are declared wrongly', () => {
  const declared = (options: object, content: () => unknown = () => 'x') => {
    @Injectable()
    class Wrong {
      @McpSkill({ path: 'wrong', description: 'x', ...options })
      make() {
        return content() as McpSkillContent;
      }
    }
    return Wrong;
  };

  it.each([
    ['a name with capitals', { path: 'a/Wrong' }, undefined, 'its name "Wrong" must be 1 to 64 small letters'],
    ['a path that leads up', { path: '../wrong' }, undefined, 'its path "../wrong"'],
    ['no description', { description: '' }, undefined, 'needs a "description"'],
    [
      'another name in its head',
      { frontmatter: { name: 'other' } },
      undefined,
      'its name "other" must be that of its folder',
    ],
    ['a number', {}, () => 7, 'returned neither a text nor { instructions, files }'],
    [
      'a file that is a number',
      {},
      () => ({ instructions: 'x', files: { a: 7 } }),
      'returned "a" as neither text nor bytes',
    ],
  ])('%s keeps the application from starting', async (_title, options, content, message) => {
    expect(await startError({ providers: [declared(options, content)] })).toContain(message);
  });

  it('a class of which there is not one instance keeps the application from starting', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @McpSkill({ path: 'x', description: 'x' })
      make() {
        return 'x';
      }
    }
    expect(await startError({ providers: [PerRequest] })).toContain('its class must not be request-scoped');
  });

  it('a resource of the application with the same URI keeps it from starting', async () => {
    @Injectable()
    class Same {
      @McpResource({ uri: 'skill://wrong/SKILL.md' })
      read() {
        return 'x';
      }
    }
    const message = 'The resource "skill://wrong/SKILL.md" is declared twice, by Same.read and by Wrong.make';
    expect(await startError({ providers: [declared({}), Same] })).toContain(message);
  });

  it.each<[string, McpModuleOptions['skills'], string]>([
    ['no directory', {} as never, '"skills.directory" must be a path'],
    ['an unknown member', { directory: 'x', watch: true } as never, 'has no field "watch"'],
    ['a prefix that leads up', { directory: 'x', prefix: '..' }, '"skills.prefix" is ".."'],
    ['an interval of nothing', { directory: 'x', rereadMs: 0 }, '"skills.rereadMs" is 0'],
    ['no bytes', [{ directory: 'x', maxBytes: 0 }], '"skills.maxBytes" is 0'],
  ])('an option with %s is refused', async (_title, skills, message) => {
    await expect(startError({}, { mcp: { skills } })).resolves.toContain(message);
  });

  it('lists that differ must not be cached for all', async () => {
    const listCache = { ttlMs: 1000, scope: 'public' } as const;
    await expect(skillsApp({ listCache })).rejects.toThrow('"listCache" has the scope "public"');
  });
});

import type { AccessControl, Guarded } from '../../access/access-control.js';
import { decodeCursor, encodeCursor } from '../../catalog/cursor.js';
import type { Extension } from '../../engine/extension.js';
import { BOTH_ERAS, type Method } from '../../engine/method.js';
import { cacheMembers } from '../../engine/methods/cacheable.js';
import { listMethod } from '../../engine/methods/lists.js';
import { uriOf } from '../../engine/methods/resources.js';
import { ResultMembers } from '../../engine/response-writer.js';
import type { CacheHint } from '../../protocol/definitions.js';
import { projectDefinition } from '../../protocol/down-projection.js';
import { invalidParams, type McpError } from '../../protocol/errors.js';
import type { Skills } from './skills.js';

export const SKILLS_EXTENSION = 'io.modelcontextprotocol/skills';

/** A longer URI is never found, which keeps error messages short. */
const MAX_URI_LENGTH = 8192;

export interface SkillMethodsParts {
  readonly access: AccessControl;
  readonly cache: CacheHint;
  readonly pageSize: number;
}

/** The Skills extension (SEP-2640). Its files are resources like any other. */
export const skillsExtension = (skills: Skills, parts: SkillMethodsParts): Extension => ({
  id: SKILLS_EXTENSION,
  eras: BOTH_ERAS,
  settings: () => ({ directoryRead: true }),
  needsResources: true,
  methods: [
    listMethod('skills/list', () => true, skills.list, parts.cache, parts.access),
    getSkill(skills, parts),
    readDirectory(skills, parts),
  ],
  rules: () => skills.list.rules(),
  declaredBy: 'nestjs-mcp-fleet',
});

/** `skills/get`: the manifest of one skill. */
const getSkill = (skills: Skills, { access, cache }: SkillMethodsParts): Method => ({
  name: 'skills/get',
  eras: BOTH_ERAS,
  async run(params, exchange) {
    const uri = uriOf(params);
    const found = skills.table.get(uri);
    const skill = await access.admit(found, exchange, undefined, () => unknown(`No skill is served at ${shown(uri)}`));
    const hint = cache.scope === 'public' && !access.isForAll(skill) ? { ...cache, scope: 'private' as const } : cache;
    return new ResultMembers(`"skill":${JSON.stringify(skill.definition)}${cacheMembers(exchange.peer.era, hint)}`);
  },
});

/** `resources/directory/read`: the files and folders in a folder of a skill, but not those further down. */
const readDirectory = (skills: Skills, { access, pageSize }: SkillMethodsParts): Method => ({
  name: 'resources/directory/read',
  eras: BOTH_ERAS,
  async run(params, exchange) {
    const uri = uriOf(params);
    const after = params.cursor === undefined ? undefined : decodeCursor('directory', params.cursor);
    const directory = skills.directory(uri);
    const absent = (): McpError => unknown(`${shown(uri)} is not a directory resource`);
    const host: Guarded | undefined = directory?.host;
    const admitting = access.admit(host, exchange, {}, absent);
    if (admitting instanceof Promise) await admitting;
    const { children } = directory!;
    const start = after === undefined ? 0 : children.findIndex(({ uri: known }) => known > after);
    const page = start === -1 ? [] : children.slice(start, start + pageSize);
    const last = page.at(-1);
    const more = last !== undefined && start + page.length < children.length;
    return {
      resources: page.map((child) => projectDefinition(child, exchange.peer.revision)),
      ...(more && { nextCursor: encodeCursor('directory', last.uri) }),
    };
  },
});

const unknown = (message: string): McpError => invalidParams(message);

const shown = (uri: string): string => uri.slice(0, MAX_URI_LENGTH);

/** The file that makes a folder a skill. */
export const MANIFEST = 'SKILL.md';

/** The names that the Agent Skills specification allows. */
const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MAX_NAME = 64;

export const isSkillName = (name: unknown): name is string =>
  typeof name === 'string' && name.length <= MAX_NAME && NAME.test(name);

/** A part of a path that cannot lead anywhere else. */
const isSegment = (segment: string): boolean => !['', '.', '..'].includes(segment) && !/[\0\\]/.test(segment);

/** Whether a text is segments with slashes between them. */
export const isPath = (path: unknown): path is string =>
  typeof path === 'string' && !/\p{Surrogate}/u.test(path) && path.split('/').every(isSegment);

/** The URI of a file or folder of a skill, from its path with the prefix of the skill. */
export const skillUri = (path: string): string => `skill://${path.split('/').map(encodeURIComponent).join('/')}`;

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder around a path; empty for none. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Whether one path is the other, or lies in it. */
export const liesIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

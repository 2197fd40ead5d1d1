import { type Frontmatter } from './frontmatter.js';
import type { SkillFile } from './skill-file.js';
import { folderOf, isSkillName, MANIFEST, nameOf } from './skill-path.js';

/** What every host accepts of one skill (SEP-2640, Limits). */
export const MAX_FILES = 512;
export const MAX_BYTES = 16 * 1024 * 1024;

/** A skill of a source. Its files are also those of the skills in it. */
export interface FoundSkill {
  /** Its folder, such as `acme/billing/refunds`. */
  readonly path: string;
  readonly frontmatter: Frontmatter;
  /** By the paths with that of the skill, sorted. */
  readonly files: ReadonlyMap<string, SkillFile>;
  /** The folder of the outermost skill around it, or its own: they have one rule of access. */
  readonly root: string;
}

/** The folders of all skills among these files. */
export function skillFolders(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) if (nameOf(path) === MANIFEST) folders.add(folderOf(path));
  return folders;
}

/** The folders of the skills around a file, the outermost first. */
export function skillsAround(path: string, folders: ReadonlySet<string>): string[] {
  const around: string[] = [];
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder))
    if (folders.has(folder)) around.push(folder);
  return around.reverse();
}

/**
 * Finds the skills among the files of a source.
 *
 * @param frontmatterOf reads the head of a `SKILL.md`
 * @throws Error for a skill that a host could not load
 */
export function findSkills(
  files: ReadonlyMap<string, SkillFile>,
  frontmatterOf: (manifest: SkillFile) => Frontmatter,
): FoundSkill[] {
  const folders = skillFolders(files.keys());
  if (folders.has(''))
    throw new Error(`The directory is a skill itself, not one with skills: name the directory around it.`);
  const byFolder = new Map<string, Map<string, SkillFile>>();
  const roots = new Map<string, string>();
  for (const path of [...files.keys()].sort()) {
    const around = skillsAround(path, folders);
    for (const folder of around) {
      const own = byFolder.get(folder) ?? new Map<string, SkillFile>();
      byFolder.set(folder, own.set(path, files.get(path)!));
      roots.set(folder, around[0]!);
    }
  }
  return [...byFolder].map(([path, own]) => {
    try {
      requireSmall(own);
      const frontmatter = frontmatterOf(own.get(`${path}/${MANIFEST}`)!);
      requireName(path, frontmatter);
      return { path, frontmatter, files: own, root: roots.get(path)! };
    } catch (error) {
      throw new Error(`The skill "${path}" cannot be served: ${(error as Error).message}.`, { cause: error });
    }
  });
}

function requireSmall(files: ReadonlyMap<string, SkillFile>): void {
  if (files.size > MAX_FILES) throw new Error(`it has ${files.size} files, and hosts take ${MAX_FILES}`);
  let bytes = 0;
  for (const { size } of files.values()) bytes += size;
  if (bytes > MAX_BYTES) throw new Error(`it has ${bytes} bytes, and hosts take ${MAX_BYTES}`);
}

function requireName(path: string, { name }: Frontmatter): void {
  if (!isSkillName(name)) {
    throw new Error(
      `its name ${JSON.stringify(name)} must be 1 to 64 small letters and digits, with single "-" between`,
    );
  }
  if (name !== nameOf(path)) throw new Error(`its name "${name}" must be that of its folder, "${nameOf(path)}"`);
}

import type { SkillEntry } from '../../catalog/entries.js';
import { McpDeclarationError } from '../../discovery/registrar.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import { findSkills } from './found-skills.js';
import { checkFrontmatter, type Frontmatter, writeFrontmatter } from './frontmatter.js';
import { type SkillFile, skillFile } from './skill-file.js';
import { isPath, MANIFEST, nameOf } from './skill-path.js';
import type { SkillSource } from './skill-source.js';

/** The skill that a method with `@McpSkill()` makes. */
export const declaredSource = ({ key: path, declaredBy, frontmatter: given, load, host }: SkillEntry): SkillSource => {
  const frontmatter = headOf(path, given, declaredBy);
  return {
    declaredBy,
    rereadMs: undefined,
    needsProviders: true,
    skills: async () => findSkills(filesOf(path, frontmatter, await load(), declaredBy), () => frontmatter),
    host: (uri, read) => host(uri, read),
  };
};

/** @throws {McpDeclarationError} */
function headOf(path: string, given: JsonObject, declaredBy: string): Frontmatter {
  try {
    if (!isPath(path)) throw new Error(`its path ${JSON.stringify(path)} must be a path such as "billing/refunds"`);
    return checkFrontmatter({ name: nameOf(path), ...given });
  } catch (error) {
    throw new McpDeclarationError(declaredBy, error);
  }
}

const encoder = new TextEncoder();

/** @throws Error for what is not a text, and not instructions with files */
function filesOf(path: string, frontmatter: Frontmatter, made: unknown, declaredBy: string): Map<string, SkillFile> {
  const { instructions, files = {} } = (isObject(made) ? made : { instructions: made }) as {
    instructions: unknown;
    files?: unknown;
  };
  if (typeof instructions !== 'string' || !isObject(files)) {
    throw new Error(`${declaredBy} returned neither a text nor { instructions, files }.`);
  }
  const manifest = `${path}/${MANIFEST}`;
  const all = new Map([[manifest, skillFile(manifest, encoder.encode(writeFrontmatter(frontmatter) + instructions))]]);
  for (const [name, content] of Object.entries(files)) {
    if (!isPath(name) || nameOf(name) === MANIFEST) {
      throw new Error(
        `${declaredBy} returned a file with the path ${JSON.stringify(name)}, which a skill cannot have.`,
      );
    }
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    if (!(bytes instanceof Uint8Array)) throw new Error(`${declaredBy} returned "${name}" as neither text nor bytes.`);
    all.set(`${path}/${name}`, skillFile(name, bytes));
  }
  return all;
}

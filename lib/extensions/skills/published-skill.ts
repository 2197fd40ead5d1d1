import type { EntryAccess } from '../../access/entry-access.js';
import type { FoundSkill } from './found-skills.js';
import type { Frontmatter } from './frontmatter.js';
import { MANIFEST, skillUri } from './skill-path.js';

/** A skill as `skills/list` and `skills/get` return it: a complete manifest. */
export interface SkillDefinition {
  /** Of its `SKILL.md`. */
  readonly uri: string;
  readonly frontmatter: Frontmatter;
  readonly resources: readonly { readonly uri: string; readonly digest: string; readonly size: number }[];
}

/** A skill that is served; `key` is the URI of its `SKILL.md`. */
export interface PublishedSkill {
  readonly kind: 'skill';
  readonly key: string;
  readonly declaredBy: string;
  readonly definition: SkillDefinition;
  readonly access: EntryAccess | undefined;
}

export function publishedSkill(
  { path, frontmatter, files }: FoundSkill,
  access: EntryAccess | undefined,
  declaredBy: string,
): PublishedSkill {
  const uri = skillUri(`${path}/${MANIFEST}`);
  const resources = [...files].map(([file, { digest, size }]) => ({ uri: skillUri(file), digest, size }));
  return { kind: 'skill', key: uri, declaredBy, access, definition: { uri, frontmatter, resources } };
}

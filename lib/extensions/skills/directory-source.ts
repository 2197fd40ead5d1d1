import type { EntryFactory } from '../../discovery/entry-factory.js';
import type { HandlerHost } from '../../pipeline/handler-pipelines.js';
import { RuntimeHandlerHost } from '../../pipeline/runtime-handler-host.js';
import { DirectoryFiles } from './directory-files.js';
import { findSkills } from './found-skills.js';
import { loadYaml, readFrontmatter } from './frontmatter.js';
import { MAX_DIRECTORY_BYTES, type McpSkillDirectory } from './skill-directory.js';
import type { SkillSource } from './skill-source.js';

/**
 * The skills of a directory.
 *
 * @param host the provider whose enhancers run around reading, as for what is registered at run time
 */
export function directorySource(
  { directory, prefix = '', access, limits = [], rereadMs, maxBytes = MAX_DIRECTORY_BYTES }: McpSkillDirectory,
  entries: EntryFactory,
  host: HandlerHost,
): SkillSource {
  const declaredBy = `the skills in ${directory}`;
  const files = new DirectoryFiles(directory, prefix, maxBytes);
  return {
    declaredBy,
    rereadMs,
    needsProviders: false,
    async skills() {
      const parse = await loadYaml();
      return findSkills(await files.read(), ({ content }) => {
        if (typeof content !== 'string') throw new Error('its SKILL.md is not UTF-8');
        return readFrontmatter(content, parse);
      });
    },
    host(uri, read) {
      const callback = (args: unknown): unknown => read((args as { file: string }).file);
      const rules = access ? [access] : [];
      const handler = {
        host: { ...host, callback },
        type: RuntimeHandlerHost,
        handler: callback,
        access: rules,
        limits,
      };
      return entries.hosted({ ...handler, declaredBy }, uri);
    },
  };
}

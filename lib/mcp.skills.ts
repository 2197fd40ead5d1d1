import type { EntryFactory } from './discovery/entry-factory.js';
import { declaredSource } from './extensions/skills/declared-source.js';
import { directorySource } from './extensions/skills/directory-source.js';
import type { SkillSource } from './extensions/skills/skill-source.js';
import { skillDirectories } from './options/skill-options.js';
import type { HandlerHost } from './pipeline/handler-pipelines.js';
import type { McpRuntime } from './server/mcp-runtime.js';

/** Where the skills of a server come from: the directories of its options, and methods with `@McpSkill()`. */
export const skillSources = (
  { options, catalog }: McpRuntime,
  entries: EntryFactory,
  host: HandlerHost,
): readonly SkillSource[] => [
  ...skillDirectories(options.skills).map((directory) => directorySource(directory, entries, host)),
  ...catalog.skills.sorted().map(declaredSource),
];

import { isPath } from '../extensions/skills/skill-path.js';
import type { McpSkillDirectory } from '../extensions/skills/skill-directory.js';
import { limitProblem } from '../limits/limit.js';
import { invalid, requireMembers, requireWholeNumber } from './invalid-option.js';

type Given = McpSkillDirectory | readonly McpSkillDirectory[] | undefined;

export const skillDirectories = (given: Given): readonly McpSkillDirectory[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given as McpSkillDirectory];

const MEMBERS = ['directory', 'prefix', 'access', 'limits', 'rereadMs', 'maxBytes'];

/** @throws {McpOptionsError} */
export function checkSkills(given: Given): void {
  for (const one of skillDirectories(given)) {
    if (typeof one !== 'object' || one === null) throw invalid('skills', 'must be { directory }, or a list of these');
    requireMembers('skills', one, MEMBERS);
    const { directory, prefix, access, limits = [], rereadMs, maxBytes } = one;
    if (typeof directory !== 'string' || directory === '') throw invalid('skills.directory', 'must be a path');
    if (prefix !== undefined && !isPath(prefix)) {
      throw invalid('skills.prefix', `is ${JSON.stringify(prefix)}; it must be a path such as "acme/billing"`);
    }
    if (access !== undefined && (typeof access !== 'object' || access === null)) {
      throw invalid('skills.access', 'must be an object such as { scopes: ["skills:read"] }');
    }
    if (!Array.isArray(limits)) throw invalid('skills.limits', 'must be a list');
    for (const limit of limits) {
      const problem = limitProblem(limit);
      if (problem !== undefined) throw invalid('skills.limits', problem);
    }
    if (rereadMs !== undefined) requireWholeNumber('skills.rereadMs', rereadMs, 100);
    if (maxBytes !== undefined) requireWholeNumber('skills.maxBytes', maxBytes, 1);
  }
}

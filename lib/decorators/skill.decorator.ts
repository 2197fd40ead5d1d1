import { MCP_SKILL } from './metadata.js';
import { describeParameter, ParameterKind } from './parameter.decorators.js';
import { primitive } from './primitive.js';
import type { McpSkillContent, McpSkillOptions } from './skill-options.js';

type MakesSkill = () => McpSkillContent | Promise<McpSkillContent>;

/**
 * Makes a method the source of an Agent Skill. It is called without arguments once the application is ready, and again
 * by `McpServer.reloadSkills()`; what it returned last is what clients list and read. Guards and interceptors, rules of
 * access and limits of the method apply to reading the files.
 *
 * At start-up a path or a file that a skill cannot have is reported as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpScopes('billing')
 * @McpSkill({ path: 'billing/refunds', description: 'How to refund a customer, by our policy.' })
 * async refunds() {
 *   return { instructions: await this.policies.text('refunds'), files: { 'limits.md': this.limits.table() } };
 * }
 * ```
 * @see Skills extension (SEP-2640)
 * @publicApi
 */
export const McpSkill =
  (options: McpSkillOptions) =>
  <M extends MakesSkill>(target: object, method: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    // What runs in place of the method for a client gets the file to read.
    describeParameter(target.constructor, method, ParameterKind.Arguments, { index: 0 });
    primitive(MCP_SKILL, options)(target, method, descriptor as PropertyDescriptor);
  };

import type { JsonObject } from '../protocol/messages.js';
import type { GlobalEnhancers } from './global-enhancers.js';

/**
 * The options of `@McpSkill()`.
 *
 * @publicApi
 */
export interface McpSkillOptions {
  /**
   * Where it is served: its name, with folders before it if you like, such as `refunds` or `acme/billing/refunds`. A
   * name has 1 to 64 small letters and digits, with single hyphens between.
   */
  readonly path: string;
  /** What it is good for and when to use it, for the model. 1 to 1024 characters. */
  readonly description: string;
  /** Further members of the head of its `SKILL.md`, such as `license` or `metadata`. Default: none. */
  readonly frontmatter?: JsonObject;
  /** The server it belongs to, if the application has several. Default: the server without a name. */
  readonly server?: string;
  /** Which global enhancers run around reading it. Default: as the option `globalEnhancers` of the server says. */
  readonly globalEnhancers?: GlobalEnhancers;
}

/**
 * What a method with `@McpSkill()` returns: the instructions, or instructions with further files.
 *
 * @publicApi
 */
export type McpSkillContent =
  | string
  | {
      /** The Markdown of the `SKILL.md`, without its head. */
      readonly instructions: string;
      /** Text or bytes by path, such as `references/limits.md`. Default: none. */
      readonly files?: Readonly<Record<string, string | Uint8Array>>;
    };

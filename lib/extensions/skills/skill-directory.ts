import type { McpAccess } from '../../access/access-rule.js';
import type { McpLimitOptions } from '../../limits/limit.js';

/**
 * A directory with skills, one folder for each; for the option `skills`.
 *
 * @publicApi
 */
export interface McpSkillDirectory {
  /** The folder around the folders of the skills, absolute or relative to the working directory of the process. */
  readonly directory: string;
  /** Stands before the paths of the skills, such as `acme/billing`. Default: none. */
  readonly prefix?: string;
  /** Who may list and read these skills, such as `{ scopes: ['skills:read'] }`. Default: every caller. */
  readonly access?: McpAccess;
  /** How often the files of one skill may be read. Default: any number of times. */
  readonly limits?: readonly McpLimitOptions[];
  /**
   * How often the directory is looked at again for changes, in ms. Default: never, only at the start and by
   * `McpServer.reloadSkills()`.
   */
  readonly rereadMs?: number;
  /** Bytes of all files together, which are kept in memory. Default: 64 MiB. */
  readonly maxBytes?: number;
}

export const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;

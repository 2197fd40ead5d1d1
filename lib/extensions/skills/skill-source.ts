import type { Hosted } from '../../catalog/entries.js';
import type { FoundSkill } from './found-skills.js';

/** Reads a file of a skill, by its path in the skill. */
export type ReadFile = (file: string) => unknown;

/** Where skills come from. */
export interface SkillSource {
  /** For error messages. */
  readonly declaredBy: string;
  /** When it is read again, ms. Default: only when the application asks for it. */
  readonly rereadMs: number | undefined;
  /** Whether it can only be read once all providers of the application are ready. */
  readonly needsProviders: boolean;
  /** Its skills as they are now. @throws Error if one of them cannot be served; all of them stay as they were then */
  skills(): Promise<readonly FoundSkill[]>;
  /** Who may list and read a skill, and how: called once for each outermost skill. */
  host(uri: string, read: ReadFile): Promise<Hosted>;
}

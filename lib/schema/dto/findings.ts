import { MAX_ISSUES, type SchemaIssue } from '../schema.js';

/** What one validation has found, and what it still waits for. */
export class Findings {
  readonly issues: SchemaIssue[] = [];
  readonly pending: Promise<void>[] = [];
  /** What a validator of the application threw. */
  fault: { readonly error: unknown } | undefined;

  /** Enough said; a value of a million mistakes must not cost a million messages. */
  get full(): boolean {
    return this.issues.length >= MAX_ISSUES;
  }

  add(path: string, message: string): void {
    if (!this.full) this.issues.push({ path, message });
  }

  /** Whether something is said about this place already, so that a wrong type is not followed by five wrong lengths. */
  has(path: string): boolean {
    return this.issues.some((issue) => issue.path === path);
  }

  /** The same, for this place and everything within. */
  hasWithin(path: string): boolean {
    return this.issues.some(({ path: at }) => at.startsWith(path) && ['', '.', '['].includes(at.charAt(path.length)));
  }
}

import { MAX_ISSUES, type SchemaIssue } from '../schema.js';

/** The issues found by one validation, and its pending asynchronous rules. */
export class Findings {
  readonly issues: SchemaIssue[] = [];
  readonly pending: Promise<void>[] = [];
  /** The error thrown by a validator of the application. */
  fault: { readonly error: unknown } | undefined;

  /**
   * Whether the maximum number of issues is reached. A value with a million mistakes must not produce a million
   * messages.
   */
  get full(): boolean {
    return this.issues.length >= MAX_ISSUES;
  }

  add(path: string, message: string): void {
    if (!this.full) this.issues.push({ path, message });
  }

  /** Whether an issue exists for this path, so that a wrong type is not followed by five wrong lengths. */
  has(path: string): boolean {
    return this.issues.some((issue) => issue.path === path);
  }

  /** Whether an issue exists for this path or a path inside it. */
  hasWithin(path: string): boolean {
    return this.issues.some(({ path: at }) => at.startsWith(path) && ['', '.', '['].includes(at.charAt(path.length)));
  }
}

const CODES: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/** Whether an optional package could not be loaded because it is not installed. `require()` has a code of its own. */
export const isMissingPackage = (error: unknown): boolean =>
  CODES.includes((error as { readonly code?: unknown } | null | undefined)?.code);

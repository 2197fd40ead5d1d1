/** The parameter that the header `Mcp-Name` repeats, for each method that requires the header (H-3). */
export const NAME_SOURCE: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/**
 * Clients must send `Mcp-Name` for these methods too, but the core table does not list them, so servers compare the
 * header only if it is present (TASK-16, A-11).
 */
export const OPTIONAL_NAME_SOURCE: ReadonlyMap<string, string> = new Map([
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** The parameter that a client repeats in `Mcp-Name`; `undefined` if it sends no such header. */
export const nameSourceOf = (method: string): string | undefined =>
  NAME_SOURCE.get(method) ?? OPTIONAL_NAME_SOURCE.get(method);

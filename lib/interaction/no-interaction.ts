import { ErrorCode, McpError } from '../protocol/errors.js';
import type { Interaction } from './interaction.js';

/** The interaction of methods whose result cannot ask for input (M-1). */
export const NO_INTERACTION: Interaction = {
  ask: () =>
    Promise.reject(new McpError(ErrorCode.InternalError, 'Only tools, prompts and resources can ask for input')),
  step: async (_key, run) => run(),
  responses: {},
  state: undefined,
  run: async (method) => ({ value: await method() }),
};

import type { JsonObject } from '../protocol/messages.js';
import type { JsonSchema } from '../schema/index.js';

/** What a request is about. */
export interface Subject {
  /** The name that the server has for it, or that its client asked for. */
  readonly name?: string;
  /** Whether the server has it. */
  readonly isKnown?: boolean;
  readonly arguments?: JsonObject;
  /** What the arguments may be. Without it none are shown. */
  readonly schema?: JsonSchema | undefined;
  /** What the structured content of its result may be. */
  readonly output?: JsonSchema | undefined;
}

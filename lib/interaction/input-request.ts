import type { ContentBlock } from '../protocol/content.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import type { Revision } from '../protocol/revisions.js';

/**
 * A request that only the client, or the person who uses it, can answer (M-3). `inputRequired()` takes several.
 *
 * @example
 * ```ts
 * const request: InputRequest = { method: 'roots/list' };
 * ```
 *
 * @publicApi
 */
export interface InputRequest {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
  readonly params?: JsonObject;
}

/**
 * One message of the conversation that `ctx.sample()` lets the client's model continue.
 *
 * @publicApi
 */
export interface SamplingMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlock | JsonObject | readonly JsonObject[];
}

/**
 * The parameters of `ctx.sample()` and `sampling/createMessage`. The 2026-07-28 revision deprecates sampling.
 *
 * @example
 * ```ts
 * const { content } = await ctx.sample({
 *   messages: [{ role: 'user', content: { type: 'text', text: 'Summarize this report: …' } }],
 *   maxTokens: 200,
 * });
 * ```
 *
 * @publicApi
 */
export interface SamplingParams {
  readonly messages: readonly SamplingMessage[];
  /** The maximum number of tokens to generate; the client may generate fewer. */
  readonly maxTokens: number;
  readonly systemPrompt?: string;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  readonly modelPreferences?: JsonObject;
  readonly metadata?: JsonObject;
  readonly tools?: readonly JsonObject[];
  readonly toolChoice?: JsonObject;
}

/**
 * The message that the client's model has generated.
 *
 * @publicApi
 */
export interface SamplingResult {
  readonly role: 'user' | 'assistant';
  readonly content: JsonObject | readonly JsonObject[];
  readonly model: string;
  readonly stopReason?: string;
}

/**
 * A file or folder that the client has opened to the server, from `ctx.roots()`.
 *
 * @publicApi
 */
export interface Root {
  /** A `file://` URI. */
  readonly uri: string;
  readonly name?: string;
}

const has = (capabilities: Readonly<JsonObject>, name: string, inner?: string): boolean => {
  const capability = Object.hasOwn(capabilities, name) ? capabilities[name] : undefined;
  if (!isObject(capability)) return false;
  return inner === undefined || isObject(capability[inner]);
};

/**
 * Returns the capabilities that a request needs and the client did not declare, shaped like `ClientCapabilities`, or
 * `undefined` if none is missing (M-6, J-2). An empty `elicitation: {}` means forms (T-44).
 */
export function missingCapabilities(
  { method, params = {} }: InputRequest,
  capabilities: Readonly<JsonObject>,
  revision: Revision,
): JsonObject | undefined {
  switch (method) {
    case 'roots/list':
      return has(capabilities, 'roots') ? undefined : { roots: {} };
    case 'sampling/createMessage':
      if (params.tools === undefined && params.toolChoice === undefined) {
        return has(capabilities, 'sampling') ? undefined : { sampling: {} };
      }
      return has(capabilities, 'sampling', 'tools') ? undefined : { sampling: { tools: {} } };
    case 'elicitation/create': {
      const exists = revision >= '2025-06-18' && has(capabilities, 'elicitation');
      if (params.mode === 'url') {
        const url = exists && revision >= '2025-11-25' && has(capabilities, 'elicitation', 'url');
        return url ? undefined : { elicitation: { url: {} } };
      }
      // A client that declares its modes, but not forms, does not support forms.
      const form = exists && (has(capabilities, 'elicitation', 'form') || !has(capabilities, 'elicitation', 'url'));
      return form ? undefined : { elicitation: {} };
    }
  }
}

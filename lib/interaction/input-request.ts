import type { ContentBlock } from '../protocol/content.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import type { Revision } from '../protocol/revisions.js';

/** Something only the client, or the person in front of it, can answer (M-3). */
export interface InputRequest {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
  readonly params?: JsonObject;
}

/** One message of a conversation to be continued. */
export interface SamplingMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlock | JsonObject | readonly JsonObject[];
}

/** Parameters of `sampling/createMessage`. Sampling is deprecated by the 2026-07-28 revision. */
export interface SamplingParams {
  readonly messages: readonly SamplingMessage[];
  readonly maxTokens: number;
  readonly systemPrompt?: string;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  readonly modelPreferences?: JsonObject;
  readonly metadata?: JsonObject;
  readonly tools?: readonly JsonObject[];
  readonly toolChoice?: JsonObject;
}

export interface SamplingResult {
  readonly role: 'user' | 'assistant';
  readonly content: JsonObject | readonly JsonObject[];
  readonly model: string;
  readonly stopReason?: string;
}

export interface Root {
  readonly uri: string;
  readonly name?: string;
}

const has = (capabilities: Readonly<JsonObject>, name: string, inner?: string): boolean => {
  const capability = Object.hasOwn(capabilities, name) ? capabilities[name] : undefined;
  if (!isObject(capability)) return false;
  return inner === undefined || isObject(capability[inner]);
};

/**
 * The capabilities a request needs and the client did not declare, shaped like `ClientCapabilities`; `undefined` when
 * nothing is missing (M-6, J-2). An empty `elicitation: {}` means forms (T-44).
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
      // A client that names its modes but not forms has none.
      const form = exists && (has(capabilities, 'elicitation', 'form') || !has(capabilities, 'elicitation', 'url'));
      return form ? undefined : { elicitation: {} };
    }
  }
}

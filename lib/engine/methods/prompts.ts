import type { AccessControl } from '../../access/access-control.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { PromptEntry } from '../../catalog/entries.js';
import type { Exchange } from '../../exchange/exchange.js';
import type { Interactions } from '../../interaction/interactions.js';
import { projectPromptResult } from '../../protocol/down-projection.js';
import { invalidParams } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { Capabilities } from '../capabilities.js';
import type { CallBounds } from '../call-bounds.js';
import { callPrimitive } from '../call-primitive.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { promptResult } from '../results/prompt-result.js';

/**
 * Finds a prompt that the caller may use.
 *
 * @param args the arguments; without any, the caller may at least know of it
 * @throws {McpError} also if it does not exist
 */
export const requirePrompt = (
  catalog: Catalog,
  access: AccessControl,
  exchange: Exchange,
  name: string,
  args?: JsonObject,
): PromptEntry | Promise<PromptEntry> =>
  access.admit(catalog.prompts.get(name), exchange, args, () => invalidParams(`Unknown prompt: ${name}`));

/** `prompts/get`: runs the prompt's method and returns its messages. */
export const getPrompt = (
  catalog: Catalog,
  capabilities: Capabilities,
  interactions: Interactions,
  access: AccessControl,
  bounds: CallBounds,
): Method => ({
  name: 'prompts/get',
  eras: BOTH_ERAS,
  available: capabilities.prompts,
  isCall: true,
  async run({ name, arguments: sent }, exchange) {
    const args = sent ?? {};
    if (typeof name !== 'string') throw invalidParams('prompts/get needs a string "name"');
    if (!isStringMap(args)) throw invalidParams('"arguments" must be an object of strings');
    const prompt = await requirePrompt(catalog, access, exchange, name, args);
    const call = { entry: prompt, name: prompt.key, subject: prompt.key, args };
    const outcome = await bounds.call(prompt, exchange, () => callPrimitive(call, exchange, interactions, access));
    if ('inputRequired' in outcome) return outcome.inputRequired;
    const result = promptResult(outcome.value, prompt.definition.description);
    return projectPromptResult(result, exchange.peer.revision) as unknown as JsonObject;
  },
});

const isStringMap = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every((item) => typeof item === 'string');

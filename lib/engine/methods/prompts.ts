import type { Catalog } from '../../catalog/catalog.js';
import type { Interactions } from '../../interaction/interactions.js';
import type { CacheHint } from '../../protocol/definitions.js';
import { projectPromptResult } from '../../protocol/down-projection.js';
import { invalidParams } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import { ResultMembers } from '../response-writer.js';
import type { Capabilities } from '../capabilities.js';
import { callPrimitive } from '../call-primitive.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { promptResult } from '../results/prompt-result.js';
import { cacheMembers } from './cacheable.js';

export const listPrompts = (catalog: Catalog, capabilities: Capabilities, cache: CacheHint): Method => ({
  name: 'prompts/list',
  eras: BOTH_ERAS,
  available: capabilities.prompts,
  run: ({ cursor }, { peer }) =>
    new ResultMembers(catalog.promptList.page(peer.revision, cursor) + cacheMembers(peer.era, cache)),
});

export const getPrompt = (catalog: Catalog, capabilities: Capabilities, interactions: Interactions): Method => ({
  name: 'prompts/get',
  eras: BOTH_ERAS,
  available: capabilities.prompts,
  async run({ name, arguments: sent }, exchange) {
    const given = sent ?? {};
    if (typeof name !== 'string') throw invalidParams('prompts/get needs a string "name"');
    if (!isStringMap(given)) throw invalidParams('"arguments" must be an object of strings');
    const prompt = catalog.prompts.get(name);
    if (!prompt) throw invalidParams(`Unknown prompt: ${name}`);
    const invocation = { invoke: prompt.invoke, name: prompt.key, subject: prompt.key, given };
    const outcome = await callPrimitive(invocation, exchange, interactions);
    if ('inputRequired' in outcome) return outcome.inputRequired;
    const result = promptResult(outcome.value, prompt.definition.description);
    return projectPromptResult(result, exchange.peer.revision) as unknown as JsonObject;
  },
});

const isStringMap = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every((item) => typeof item === 'string');

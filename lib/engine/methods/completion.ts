import type { Catalog } from '../../catalog/catalog.js';
import { completionKey, type CompletionTarget } from '../../catalog/entries.js';
import { invalidParams } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { Capabilities } from '../capabilities.js';
import { ElicitationForms } from '../../interaction/elicitation-form.js';
import { NO_INTERACTION } from '../../interaction/no-interaction.js';
import { ContextInput } from '../../context/context-input.js';
import { McpContext } from '../../context/mcp-context.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { completionResult } from '../results/completion-result.js';

/** `completion/complete`. An argument without a completer gets an empty list of suggestions, not an error. */
export const complete = (catalog: Catalog, capabilities: Capabilities): Method => ({
  name: 'completion/complete',
  eras: BOTH_ERAS,
  available: capabilities.completions,
  async run({ ref, argument, context }, exchange) {
    if (!isObject(argument) || typeof argument.name !== 'string' || typeof argument.value !== 'string') {
      throw invalidParams('"argument" must have a string "name" and a string "value"');
    }
    const target = resolve(catalog, ref, argument.name);
    const completer = catalog.completions.get(completionKey(target));
    if (!completer) return { completion: { values: [] } };
    const resolved = isObject(context) && isObject(context.arguments) ? context.arguments : {};
    const ctx = new McpContext(exchange, target.name, NO_INPUT);
    const value = await completer.invoke(ctx, { value: argument.value, arguments: resolved });
    return { completion: completionResult(value) as unknown as JsonObject };
  },
});

const NO_INPUT = new ContextInput(NO_INTERACTION, new ElicitationForms());

/** @throws {McpError} `-32602` if the prompt, template or argument does not exist */
function resolve(catalog: Catalog, ref: unknown, argument: string): CompletionTarget {
  if (isObject(ref) && ref.type === 'ref/prompt' && typeof ref.name === 'string') {
    const prompt = catalog.prompts.get(ref.name);
    if (!prompt) throw invalidParams(`Unknown prompt: ${ref.name}`);
    if (!prompt.definition.arguments?.some(({ name }) => name === argument)) {
      throw invalidParams(`The prompt ${ref.name} has no argument "${argument}"`);
    }
    return { ref: 'prompt', name: ref.name, argument };
  }
  if (isObject(ref) && ref.type === 'ref/resource' && typeof ref.uri === 'string') {
    const entry = catalog.templates.get(ref.uri);
    if (!entry) throw invalidParams(`Unknown resource template: ${ref.uri}`);
    if (!entry.template.variables.includes(argument)) throw invalidParams(`The template has no variable "${argument}"`);
    return { ref: 'resource', name: ref.uri, argument };
  }
  throw invalidParams('"ref" must be a ref/prompt with a name or a ref/resource with a uri');
}

import type { AccessControl } from '../../access/access-control.js';
import { RequiredScopes } from '../../access/required-scopes.js';
import type { Catalog } from '../../catalog/catalog.js';
import { completionKey, type CompletionTarget } from '../../catalog/entries.js';
import { invalidParams } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { Capabilities } from '../capabilities.js';
import type { Exchange } from '../../exchange/exchange.js';
import { McpContext } from '../../context/mcp-context.js';
import { NO_INPUT } from '../../context/no-input.js';
import type { CallBounds } from '../call-bounds.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { requirePrompt } from './prompts.js';
import { completionResult } from '../results/completion-result.js';

/** `completion/complete`. An argument without a completer gets an empty list of suggestions, not an error. */
export const complete = (
  catalog: Catalog,
  capabilities: Capabilities,
  access: AccessControl,
  bounds: CallBounds,
): Method => ({
  name: 'completion/complete',
  eras: BOTH_ERAS,
  available: capabilities.completions,
  async run({ ref, argument, context }, exchange) {
    if (!isObject(argument) || typeof argument.name !== 'string' || typeof argument.value !== 'string') {
      throw invalidParams('"argument" must have a string "name" and a string "value"');
    }
    const target = await resolve(catalog, access, exchange, ref, argument.name);
    const completer = catalog.completions.get(completionKey(target));
    const isHidden = completer && access.hides && !(await access.permits(completer, exchange));
    if (!completer || isHidden) return { completion: { values: [] } };
    const resolved = isObject(context) && isObject(context.arguments) ? context.arguments : {};
    const typed = { value: argument.value, arguments: resolved };
    const unknown = () => invalidParams(`Nothing completes "${argument.name as string}"`);
    const deciding = access.require(completer, exchange, typed, unknown);
    if (deciding) await deciding;
    const scopes = new RequiredScopes(access.scopes, completer.access?.scopes);
    const ctx = new McpContext(exchange, target.name, NO_INPUT, scopes);
    const value = await bounds.call(completer, exchange, () => completer.invoke(ctx, typed));
    return { completion: completionResult(value) as unknown as JsonObject };
  },
});

/**
 * Finds what is completed. Who may not know of the prompt or template gets no completions either.
 *
 * @throws {McpError} `-32602` if the prompt, template or argument does not exist
 */
async function resolve(
  catalog: Catalog,
  access: AccessControl,
  exchange: Exchange,
  ref: unknown,
  argument: string,
): Promise<CompletionTarget> {
  if (isObject(ref) && ref.type === 'ref/prompt' && typeof ref.name === 'string') {
    const { name } = ref;
    const prompt = await requirePrompt(catalog, access, exchange, name);
    if (!prompt.definition.arguments?.some((known) => known.name === argument)) {
      throw invalidParams(`The prompt ${name} has no argument "${argument}"`);
    }
    return { ref: 'prompt', name, argument };
  }
  if (isObject(ref) && ref.type === 'ref/resource' && typeof ref.uri === 'string') {
    const { uri } = ref;
    const unknown = () => invalidParams(`Unknown resource template: ${uri}`);
    const entry = await access.admit(catalog.templates.get(uri), exchange, undefined, unknown);
    if (!entry.template.variables.includes(argument)) throw invalidParams(`The template has no variable "${argument}"`);
    return { ref: 'resource', name: uri, argument };
  }
  throw invalidParams('"ref" must be a ref/prompt with a name or a ref/resource with a uri');
}

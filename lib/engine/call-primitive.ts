import type { AccessControl, Guarded } from '../access/access-control.js';
import { RequiredScopes } from '../access/required-scopes.js';
import type { Interactions } from '../interaction/interactions.js';
import type { Interaction, Outcome } from '../interaction/interaction.js';
import type { Invoke } from '../pipeline/invoker.js';
import type { JsonObject } from '../protocol/messages.js';
import { ContextInput } from '../context/context-input.js';
import type { Exchange } from '../exchange/exchange.js';
import { McpContext } from '../context/mcp-context.js';

/**
 * The primitive to invoke, and the subject and arguments that a client must repeat to continue after a round of input.
 */
export interface PrimitiveCall {
  readonly entry: Guarded & { readonly invoke: Invoke };
  /** The value of `ctx.name`. */
  readonly name: string;
  /** The name of the tool or prompt, or the URI of the resource. */
  readonly subject: string;
  readonly args: JsonObject;
}

/**
 * Runs a primitive's method in its context, with as many rounds of input as one request allows.
 *
 * @returns a promise, unless the method has returned already
 */
export function callPrimitive(
  { entry, name, subject, args }: PrimitiveCall,
  exchange: Exchange,
  interactions: Pick<Interactions, 'begin' | 'forms'>,
  { scopes }: AccessControl,
): Outcome | Promise<Outcome> {
  const begun = interactions.begin(exchange, subject, args);
  const run = (interaction: Interaction): Outcome | Promise<Outcome> => {
    const input = new ContextInput(interaction, interactions.forms);
    const ctx = new McpContext(exchange, name, input, new RequiredScopes(scopes, entry.access?.scopes));
    return interaction.run(() => entry.invoke(ctx, args));
  };
  return begun instanceof Promise ? begun.then(run) : run(begun);
}

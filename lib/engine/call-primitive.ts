import type { Interactions } from '../interaction/interactions.js';
import type { Outcome } from '../interaction/interaction.js';
import type { Invoke } from '../pipeline/invoker.js';
import type { JsonObject } from '../protocol/messages.js';
import { ContextInput } from '../context/context-input.js';
import type { Exchange } from '../exchange/exchange.js';
import { McpContext } from '../context/mcp-context.js';

/** What is invoked, and what its caller has to name again to go on with it after a round of input. */
export interface PrimitiveCall {
  readonly invoke: Invoke;
  /** What `ctx.name` says. */
  readonly name: string;
  /** Name of the tool or prompt, URI of the resource. */
  readonly subject: string;
  readonly given: JsonObject;
}

/** Runs a primitive's method in its context, over as many rounds of input as one request allows. */
export async function callPrimitive(
  { invoke, name, subject, given }: PrimitiveCall,
  exchange: Exchange,
  interactions: Pick<Interactions, 'begin' | 'forms'>,
): Promise<Outcome> {
  const begun = interactions.begin(exchange, subject, given);
  const interaction = begun instanceof Promise ? await begun : begun;
  const ctx = new McpContext(exchange, name, new ContextInput(interaction, interactions.forms));
  return interaction.run(() => invoke(ctx, given));
}

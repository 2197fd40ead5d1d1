import { Injectable } from '@nestjs/common';
import { inputRequired, type InputRequired, type JsonSchema, McpContext, McpTool } from 'nestjs-mcp-fleet';
import { question, textOf } from './asking.tools.js';
import { colorForm, nameForm, okForm } from './interaction.forms.js';

const named = (content: unknown): string => (content as { name: string }).name;

/** A request as `inputRequired()` takes it. */
const elicitation = (message: string, requestedSchema: JsonSchema) =>
  ({
    method: 'elicitation/create',
    params: { mode: 'form', message, requestedSchema: { ...requestedSchema } },
  }) as const;

/** Tools that first return input requests to a modern client. The suite defines their keys and questions. */
@Injectable()
export class InputRequiredTools {
  @McpTool({ name: 'test_input_required_result_elicitation', description: 'Asks for a name', elicits: [nameForm] })
  async elicitation(ctx: McpContext): Promise<string> {
    return `Hello, ${named(await ctx.elicitOrThrow(nameForm, 'What is your name?', { key: 'user_name' }))}!`;
  }

  @McpTool({ name: 'test_input_required_result_sampling', description: 'Asks the model of the client' })
  async sampling(ctx: McpContext): Promise<string> {
    const answer = await ctx.sample(question('What is the capital of France?', 100), { key: 'capital_question' });
    return `The capital of France: ${textOf(answer)}`;
  }

  @McpTool({ name: 'test_input_required_result_list_roots', description: 'Asks which folders the client works in' })
  async roots(ctx: McpContext): Promise<string> {
    const roots = await ctx.roots({ key: 'client_roots' });
    return `Roots: ${roots.map(({ uri }) => uri).join(', ')}`;
  }

  /** The explicit style: returns input requests, and reads the answers and its own state in the next round. */
  @McpTool({ name: 'test_input_required_result_request_state', description: 'Asks and keeps a request state' })
  requestState(ctx: McpContext): string | InputRequired {
    const isBack = ctx.inputState === 'waiting-for-ok' && ctx.inputResponses.confirm !== undefined;
    if (isBack) return 'state-ok';
    return inputRequired({ confirm: elicitation('Please confirm', okForm) }, 'waiting-for-ok');
  }

  @McpTool({
    name: 'test_input_required_result_tampered_state',
    description: 'Asks, and refuses a changed request state',
  })
  async tamperedState(ctx: McpContext): Promise<string> {
    await ctx.elicitOrThrow(okForm, 'Please confirm', { key: 'confirm' });
    return 'state-ok';
  }

  @McpTool({ name: 'test_input_required_result_multiple_inputs', description: 'Asks for three things at once' })
  async multipleInputs(ctx: McpContext): Promise<string> {
    const [user, greeting, roots] = await Promise.all([
      ctx.elicitOrThrow(nameForm, 'What is your name?', { key: 'user_name' }),
      ctx.sample(question('Generate a greeting', 50), { key: 'greeting' }),
      ctx.roots({ key: 'client_roots' }),
    ]);
    return `${named(user)}, ${textOf(greeting)}, ${roots.length} roots`;
  }

  @McpTool({ name: 'test_input_required_result_multi_round', description: 'Asks for one thing after the other' })
  async multiRound(ctx: McpContext): Promise<string> {
    const user = await ctx.elicitOrThrow(nameForm, 'Step 1: What is your name?', { key: 'step1' });
    const favourite = await ctx.elicitOrThrow(colorForm, 'Step 2: What is your favorite color?', { key: 'step2' });
    return `${named(user)} likes ${(favourite as { color: string }).color}`;
  }

  @McpTool({ name: 'test_input_required_result_capabilities', description: 'Asks in a way that the client supports' })
  async capabilities(ctx: McpContext): Promise<string> {
    if (ctx.can('elicitation'))
      return named(await ctx.elicitOrThrow(nameForm, 'What is your name?', { key: 'user_name' }));
    if (ctx.can('sampling')) return textOf(await ctx.sample(question('Invent a name', 50), { key: 'invented_name' }));
    return 'This client cannot be asked anything.';
  }
}

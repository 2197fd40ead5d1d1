import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { type ElicitResult, McpContext, McpTool, type SamplingParams, type SamplingResult } from 'nestjs-mcp-fleet';
import { choicesForm, defaultsForm, nameForm, userForm } from './interaction.forms.js';

class SamplingArguments {
  @IsString()
  prompt!: string;
}

class ElicitationArguments {
  @IsString()
  message!: string;
}

export const question = (text: string, maxTokens: number): SamplingParams => ({
  messages: [{ role: 'user', content: { type: 'text', text } }],
  maxTokens,
});

/** The text of a sampling result. */
export function textOf({ content }: SamplingResult): string {
  const [first] = [content].flat();
  return typeof first?.text === 'string' ? first.text : 'nothing';
}

const describeAnswer = (label: string, result: ElicitResult<unknown>): string =>
  `${label}: ${result.action === 'accept' ? JSON.stringify(result.content) : result.action}`;

/** Tools that ask the client or its user. */
@Injectable()
export class AskingTools {
  @McpTool({ name: 'test_sampling', description: "Has the client's model answer a prompt" })
  async sampling({ prompt }: SamplingArguments, ctx: McpContext): Promise<string> {
    return `LLM response: ${textOf(await ctx.sample(question(prompt, 100)))}`;
  }

  @McpTool({ name: 'test_elicitation', description: 'Asks for a name and an address', elicits: [userForm] })
  async elicitation({ message }: ElicitationArguments, ctx: McpContext): Promise<string> {
    return describeAnswer('User response', await ctx.elicit(userForm, message));
  }

  @McpTool({
    name: 'test_elicitation_sep1034_defaults',
    description: 'Asks with a default of each type',
    elicits: [defaultsForm],
  })
  async defaults(ctx: McpContext): Promise<string> {
    return describeAnswer('Elicitation completed', await ctx.elicit(defaultsForm, 'Please review and update the form'));
  }

  @McpTool({
    name: 'test_elicitation_sep1330_enums',
    description: 'Asks for a choice in every supported form',
    elicits: [choicesForm],
  })
  async choices(ctx: McpContext): Promise<string> {
    return describeAnswer('Elicitation completed', await ctx.elicit(choicesForm, 'Please select options'));
  }

  /** For a modern client the stream ends with the input requests instead of carrying them. */
  @McpTool({
    name: 'test_streaming_elicitation',
    description: 'Asks after it has reported progress',
    elicits: [nameForm],
  })
  async afterProgress(ctx: McpContext): Promise<string> {
    ctx.progress(1, 2, 'About to ask');
    return describeAnswer('User response', await ctx.elicit(nameForm, 'What is your name?', { key: 'user_name' }));
  }
}

import { Injectable } from '@nestjs/common';
import { type ContentBlock, McpComplete, type McpCompletion, McpContext, McpPrompt } from 'nestjs-mcp-fleet';
import { EmbeddingArguments, TwoArguments } from './everything.dto.js';
import { contextForm } from './interaction.forms.js';
import { PNG } from './media.js';

@Injectable()
export class EverythingPrompts {
  @McpPrompt({ name: 'test_simple_prompt', description: 'Needs no arguments' })
  simple(): string {
    return 'This is a simple prompt for testing.';
  }

  @McpPrompt({ name: 'test_prompt_with_arguments', description: 'Puts both arguments into its text' })
  withArguments({ arg1, arg2 }: TwoArguments): string {
    return `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`;
  }

  @McpComplete({ prompt: 'test_prompt_with_arguments', argument: 'arg1' })
  completeArg1({ value }: McpCompletion): string[] {
    return ['testing', 'tested', 'trying'].filter((candidate) => candidate.startsWith(value));
  }

  @McpPrompt({ name: 'test_prompt_with_embedded_resource', description: 'Contains a resource' })
  withResource({ resourceUri }: EmbeddingArguments): ContentBlock[] {
    const text = 'Embedded resource content for testing.';
    return [
      { type: 'resource', resource: { uri: resourceUri, mimeType: 'text/plain', text } },
      { type: 'text', text: 'Please process the embedded resource above.' },
    ];
  }

  @McpPrompt({ name: 'test_prompt_with_image', description: 'Contains an image' })
  withImage(): ContentBlock[] {
    return [
      { type: 'image', data: PNG, mimeType: 'image/png' },
      { type: 'text', text: 'Please analyze the image above.' },
    ];
  }

  @McpPrompt({
    name: 'test_input_required_result_prompt',
    description: 'Asks for its context first',
    elicits: [contextForm],
  })
  async asking(ctx: McpContext): Promise<string> {
    const answer = await ctx.elicitOrThrow(contextForm, 'What context should the prompt use?', { key: 'user_context' });
    return `Use this context: ${(answer as { context: string }).context}`;
  }
}

import { Injectable } from '@nestjs/common';
import { McpServer, McpTool } from 'nestjs-mcp-fleet';
import { EverythingResources } from './everything.resources.js';

/**
 * Tools that change the lists of this server. They remove what they register within the same call, because a
 * registration affects only one instance and all instances of a fleet must offer the same lists.
 */
@Injectable()
export class ListChangeTools {
  #tools = 0;
  #prompts = 0;

  constructor(
    private readonly server: McpServer,
    private readonly resources: EverythingResources,
  ) {}

  @McpTool({
    name: 'test_trigger_tool_change',
    description: 'Registers and removes a tool, so that the list of tools changes',
  })
  async changeTools(): Promise<string> {
    const number = ++this.#tools;
    const name = `test_passing_tool_${number}`;
    await this.server.registerTool({ name, description: 'Exists for one call' }, () => `Tool number ${number}`);
    this.server.removeTool(name);
    return `${name} was here.`;
  }

  @McpTool({
    name: 'test_trigger_prompt_change',
    description: 'Registers and removes a prompt, so that the list of prompts changes',
  })
  async changePrompts(): Promise<string> {
    const number = ++this.#prompts;
    const name = `test_passing_prompt_${number}`;
    await this.server.registerPrompt({ name, description: 'Exists for one call' }, () => `Prompt number ${number}`);
    this.server.removePrompt(name);
    return `${name} was here.`;
  }

  @McpTool({ name: 'test_trigger_resource_update', description: 'Changes test://watched-resource' })
  async updateResource(): Promise<string> {
    const version = this.resources.rewriteWatched();
    await this.server.resourceUpdated('test://watched-resource');
    return `test://watched-resource is at version ${version}.`;
  }
}

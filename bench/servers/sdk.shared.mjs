import { McpServer } from '@modelcontextprotocol/server';
import { ADD_DESCRIPTION, add, search, searches, textContent } from '../tools.mjs';
import { AddInput, SearchInput } from '../tools.zod.mjs';

export function createServer() {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool('add', { description: ADD_DESCRIPTION, inputSchema: AddInput }, (args) => textContent(add(args)));
  for (const { name, description } of searches) {
    server.registerTool(name, { description, inputSchema: SearchInput }, (args) => textContent(search(args)));
  }
  return server;
}

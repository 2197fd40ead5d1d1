import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

const url = await serve(AppModule);
const request = (method: string, params: object) => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } });
  return `curl -s ${url} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
  -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: ${method}' -d '${body}'`;
};
process.stdout.write(`
The desk of the people on call listens on ${url}

Its skills, with a digest of each file; change one in sample/11-skills-and-apps/skills, and ask again:
${request('skills/list', {})}

The files of one of them:
${request('resources/directory/read', { uri: 'skill://desk/incident' })}

A host that shows MCP Apps shows a board with buttons beside the tool "incidents".
`);

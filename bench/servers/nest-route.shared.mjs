import { Body } from '@nestjs/common';
import { adapterOfQuery, moduleWithRoute, serveNest } from '../harness/nest.mjs';
import { ADD_DESCRIPTION, add, searches, textContent } from '../tools.mjs';

const SERVER_INFO = { name: 'bench', version: '1.0.0' };
const META = { 'io.modelcontextprotocol/serverInfo': SERVER_INFO };

/** A controller that handles just enough JSON-RPC to do the JSON work of an MCP server, without its checks. */
export function serveRoute(validate) {
  const methods = {
    'tools/call': async (params) => textContent(add(await validate(params.arguments))),
    'tools/list': () => ({ tools }),
  };
  const answer = async ({ id, method, params }) => ({
    jsonrpc: '2.0',
    id,
    result: { resultType: 'complete', ...(await methods[method](params)), _meta: META },
  });
  return serveNest(moduleWithRoute(answer, [Body()]), adapterOfQuery());
}

const schema = (properties, required) => ({ type: 'object', properties, required });
const tools = [
  {
    name: 'add',
    description: ADD_DESCRIPTION,
    inputSchema: schema({ a: { type: 'number' }, b: { type: 'number' } }, ['a', 'b']),
  },
  ...searches.map((tool) => ({
    ...tool,
    inputSchema: schema(
      { query: { type: 'string', maxLength: 200 }, limit: { type: 'integer', minimum: 1, maximum: 100 } },
      ['query'],
    ),
  })),
];

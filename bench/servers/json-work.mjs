import { randomUUID } from 'node:crypto';
import { ADD_DESCRIPTION, add, searchesFor, textContent, TOOL_COUNT, weigh, write } from '../tools.mjs';

const SERVER_INFO = { name: 'bench', version: '1.0.0' };
const META = { 'io.modelcontextprotocol/serverInfo': SERVER_INFO };
const IMPLEMENTATIONS = { add, weigh, write };

/**
 * Just enough JSON-RPC for the JSON work of an MCP server, without its checks and without sessions.
 *
 * @param count of the tools in the list
 * @returns a function from a message to its response, which is `undefined` for a notification
 */
export function jsonWork(count = TOOL_COUNT) {
  const tools = listOf(count);
  const methods = {
    initialize: ({ protocolVersion }) => ({
      protocolVersion,
      capabilities: { tools: {} },
      serverInfo: SERVER_INFO,
      sessionId: randomUUID(),
    }),
    'tools/call': ({ name, arguments: args }) => textContent(IMPLEMENTATIONS[name](args)),
    'tools/list': () => ({ tools }),
  };
  return ({ id, method, params }) =>
    id === undefined
      ? undefined
      : { jsonrpc: '2.0', id, result: { resultType: 'complete', ...methods[method](params), _meta: META } };
}

const schema = (properties, required) => ({ type: 'object', properties, required });

const listOf = (count) => [
  {
    name: 'add',
    description: ADD_DESCRIPTION,
    inputSchema: schema({ a: { type: 'number' }, b: { type: 'number' } }, ['a', 'b']),
  },
  ...searchesFor(count).map((tool) => ({
    ...tool,
    inputSchema: schema(
      { query: { type: 'string', maxLength: 200 }, limit: { type: 'integer', minimum: 1, maximum: 100 } },
      ['query'],
    ),
  })),
];

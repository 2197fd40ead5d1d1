/** The JSON work of every arm: find the tool, call it, answer. */
const SERVER_INFO = { name: 'bench', version: '1.0.0' };
const SERVER_INFO_JSON = JSON.stringify(SERVER_INFO);

const tools = new Map([['add', ({ a, b }) => String(a + b)]]);

export function answerObject(message) {
  return {
    jsonrpc: '2.0',
    id: message.id,
    result: {
      resultType: 'complete',
      content: [{ type: 'text', text: call(message.params) }],
      _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO },
    },
  };
}

export function answerText(message) {
  const text = JSON.stringify(call(message.params));
  return (
    `{"jsonrpc":"2.0","id":${message.id},"result":{"resultType":"complete","content":[{"type":"text","text":${text}}],` +
    `"_meta":{"io.modelcontextprotocol/serverInfo":${SERVER_INFO_JSON}}}}`
  );
}

function call({ name, arguments: args }) {
  return tools.get(name)(args);
}

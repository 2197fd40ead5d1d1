import { TOOL_COUNT } from './tools.mjs';

/** Sends a prepared request with fetch and returns the JSON-RPC response, from JSON or from an event stream. */
export async function send(port, { body, headers }) {
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, message: parse(text) };
}

export async function assertSum(port, request) {
  const { status, text, message } = await send(port, request);
  if (message?.result?.content?.[0]?.text !== '3') throw new Error(`Expected the sum 3, got ${status} ${text}`);
}

export async function assertList(port, request, count = TOOL_COUNT) {
  const { status, text, message } = await send(port, request);
  const tools = message?.result?.tools ?? [];
  const schema = tools.find(({ name }) => name === 'add')?.inputSchema;
  if (tools.length !== count || !schema?.properties?.a)
    throw new Error(`Expected ${count} tools, got ${status} ${text.slice(0, 500)}`);
}

/** The length of the text of an answer. */
export async function assertLength(port, request, length) {
  const { status, text, message } = await send(port, request);
  const found = message?.result?.content?.[0]?.text?.length;
  if (found !== length) throw new Error(`Expected ${length} characters, got ${found}: ${status} ${text.slice(0, 500)}`);
}

function parse(text) {
  const data = /^data: ?(\{.*)$/m.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

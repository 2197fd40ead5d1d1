import { untilClosed } from '../client.mjs';
import { inSession, listen, modern } from '../requests.mjs';

const PAD = 'p'.repeat(4_000_000);
const call = (name, meta = {}) => ({
  jsonrpc: '2.0',
  id: Math.random().toString(36).slice(2),
  method: 'tools/call',
  params: { name, arguments: {}, _meta: meta },
});

/** Requests that stay open: listeners that match nothing, calls that ask or never end, also of clients that have gone. */
export async function attack(client) {
  const session = await client.session('2025-11-25', { elicitation: {} });
  const listener = () => client.send(listen({ resourceSubscriptions: ['none://a'] }, { meta: { pad: PAD } }));
  const leave = async (request) => {
    const socket = await client.unread(request);
    await untilClosed(socket, 300);
    socket.destroy();
    return 0;
  };
  await Promise.all([
    client.lanes(100, listener),
    client.lanes(10, () => leave(inSession(session, call('ask', { pad: PAD })))),
    client.lanes(10, () => leave(inSession(session, call('stuck', { pad: PAD })))),
    client.lanes(50, () => leave(inSession(session, call('stuck')))),
    client.lanes(100, () => client.send(modern('tools/call', { name: 'stuck', arguments: {} }))),
  ]);
}

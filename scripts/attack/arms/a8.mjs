import { listen } from '../requests.mjs';

const taskIds = (lane) => Array.from({ length: 100 }, (_, i) => `${lane}-${i}-${'0'.repeat(20)}`);

/** Listeners with 100 task ids each, as many as one may name, one after the other and many at once. */
export const attack = (client) =>
  client.lanes(100, async (lane) => {
    const socket = await client.unread(
      listen({ taskIds: taskIds(lane) }, { capabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } }),
    );
    await new Promise((resolve) => {
      socket.once('close', resolve);
      socket.once('data', resolve);
      socket.resume();
    });
    socket.destroy();
    return 200;
  });

import { untilDrained } from '../client.mjs';

const HEAD = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
const CHUNKS = Buffer.from('1\r\nx\r\n'.repeat(10_000));

/** Bodies in chunks of one byte, with a foreign Host and with a good one. */
export const attack = (client) =>
  client.lanes(4, async (lane) => {
    const socket = await client.socket();
    socket.resume();
    client.write(socket, `POST /mcp HTTP/1.1\r\nHost: ${lane % 2 ? 'evil.example' : 'localhost'}\r\n${HEAD}`);
    while (!socket.destroyed && !client.isOver) {
      if (client.write(socket, CHUNKS)) await new Promise(setImmediate);
      else await untilDrained(socket, 1000);
    }
    return 0;
  });

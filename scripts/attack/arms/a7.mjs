import { untilClosed, untilDrained } from '../client.mjs';

const MIB = Buffer.alloc(1024 * 1024, 'x');
const head = (host, more) => `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${more}\r\n\r\n`;

const FORMS = [
  { head: head('evil.example', 'Authorization: Bearer bad\r\nContent-Length: 4194304'), bytes: 4_194_104 },
  { head: head('localhost', 'Content-Length: 4194304'), bytes: 4_194_104 },
  { head: head('localhost', 'Transfer-Encoding: chunked').concat('ffffffff\r\n'), bytes: 4_194_104 },
  { head: head('localhost', 'Content-Length: 9000000000'), bytes: 9e9 },
  { head: head('localhost', 'Expect: 100-continue\r\nContent-Length: 999999999'), bytes: 999_999_999 },
];

/** Bodies that never end, that are announced too large, or that go to a foreign Host. */
export const attack = (client) =>
  client.lanes(150, async (lane) => {
    const form = FORMS[lane % FORMS.length];
    const socket = await client.socket();
    socket.resume();
    client.write(socket, form.head);
    for (let left = form.bytes; left > 0 && !socket.destroyed && !client.isOver; left -= MIB.length) {
      const sent = client.write(socket, MIB.subarray(0, Math.min(left, MIB.length)));
      if (!sent) await untilDrained(socket, 5000);
    }
    await untilClosed(socket, 10_000);
    socket.destroy();
    return 0;
  });

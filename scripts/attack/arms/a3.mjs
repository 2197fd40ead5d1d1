import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { listen } from '../requests.mjs';

const LISTENERS = 400;
const URIS = 1000;

/** Many listeners with 1000 URIs each, while the connection of the subscriber is cut again and again. */
export async function attack(client, { redis }) {
  const admin = new Redis(redis);
  const cuts = async () => {
    while (!client.isOver) {
      await pause(2000);
      await admin.client('KILL', 'TYPE', 'pubsub');
    }
    admin.disconnect();
  };
  const uris = (lane) => Array.from({ length: URIS }, (_, i) => `item://${lane}-${i}`);
  // Half of the clients read what they are told, and half do not.
  const listener = async (lane) => {
    const request = listen({ resourceSubscriptions: uris(lane) });
    if (lane % 2 === 0) return client.send(request);
    const socket = await client.unread(request);
    if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
    return 0;
  };
  await Promise.all([cuts(), client.lanes(LISTENERS, listener)]);
}

import { inSession } from '../requests.mjs';

const SESSIONS = 8;

/** Streamed answers of 4 MB in several sessions, all of them read. */
export async function attack(client) {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => client.session()));
  let id = 0;
  await client.lanes(SESSIONS, (lane) => {
    const params = { name: 'report', arguments: {}, _meta: { progressToken: `t${++id}` } };
    // What was not read is kept for the client to come back for.
    return client.send(inSession(sessions[lane], { jsonrpc: '2.0', id, method: 'tools/call', params }), true);
  });
}

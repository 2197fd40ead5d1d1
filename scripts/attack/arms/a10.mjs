import { modern } from '../requests.mjs';

const members = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 0]));
const list = (count, element) => ({ text: Array.from({ length: count }, () => element) });

const REQUESTS = [members(350_000), list(1_300_000, {}), list(1_900_000, 1), members(99_000)].map((args) =>
  modern('tools/call', { name: 'echo', arguments: args }),
);

/** Bodies that cost much to parse and to check. */
export const attack = (client) => client.lanes(8, (lane) => client.send(REQUESTS[lane % REQUESTS.length]));

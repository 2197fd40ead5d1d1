import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { Visitor } from '../../../lib/doctor/visit.js';
import { Front } from '../../fixtures/network/front.js';
import { collectGarbageAllTheTime } from '../../fixtures/processes/garbage.js';

collectGarbageAllTheTime();

it.each([
  ['answers', () => {}],
  ['ends its answer', (response: ServerResponse) => void response.write('{')],
  ['sends an event', (response: ServerResponse) => void response.writeHead(200, EVENTS).write(': hello\n\n')],
])('a server that never %s is given up after timeoutMs, however often garbage is collected', async (_title, answer) => {
  const front = await Front.start();
  front.instead.set('/mcp', (_, response) => answer(response));
  await expect(new Visitor(200).visit(front.url)).rejects.toThrow('it does not answer in time');
  await front.close();
});

const EVENTS = { 'content-type': 'text/event-stream' };

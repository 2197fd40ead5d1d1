import { Agent } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { LegacySession, initializeRequest } from '../fixtures/clients/legacy-session.js';
import { send } from '../fixtures/clients/raw-http.js';
import { ChildInstance } from '../fixtures/processes/child-instance.js';

const HEAP_MB = 512;
/** Whatever is refused is asked for this many times more. */
const REFUSALS = 5;

let child: ChildInstance;
afterEach(() => child.kill());

/** Does something again and again, until it was refused several times or done often enough. */
async function fill(times: number, act: (i: number) => Promise<boolean>): Promise<number> {
  let refused = 0;
  let done = 0;
  for (let i = 0; i < times && refused < REFUSALS; i++) {
    if (await act(i)) done++;
    else refused++;
  }
  return done;
}

describe('an instance with the default limits and a heap of 512 MB', () => {
  it(
    'stays alive, and serves another client, while one has stored everything it can',
    { timeout: 60_000 },
    async () => {
      child = await ChildInstance.start({ env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` } });
      const { port } = child;
      const session = await LegacySession.open(port);

      const text = 'x'.repeat(900_000);
      const tasks = await fill(200, async () => {
        const params = { name: 'work', arguments: { ms: 600_000, text }, task: {} };
        return (await session.request('tools/call', params)).result !== undefined;
      });
      // A quarter of 64 MiB, with about a megabyte for each task.
      expect(tasks).toBeGreaterThan(10);
      expect(tasks).toBeLessThan(20);

      const histories = [session];
      for (let i = 0; i < 8; i++) histories.push(await LegacySession.open(port).catch(() => session));
      for (let i = 0; i < 100; i++)
        await child.sendLog(histories[i % histories.length]!.id, text).catch(() => undefined);

      const body = JSON.parse(String(initializeRequest().body)) as { params: { clientInfo: object } };
      body.params.clientInfo = { name: 'y'.repeat(4000), version: '1' };
      const request = { ...initializeRequest(), body: JSON.stringify(body) };
      const sessions = await fill(6000, async () => (await send(port, request)).status === 200);
      expect(sessions).toBeLessThan(6000);
      expect(await send(port, request)).toMatchObject({ status: 429, headers: { 'retry-after': expect.any(String) } });

      expect(child.alive).toBe(true);
      const agent = new Agent({ localAddress: '127.0.0.2' });
      const other = await send(port, { ...initializeRequest(), agent });
      expect(other.status).toBe(200);
      const call = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'echo', arguments: { name: 'Ada' } },
      };
      const headers = { ...initializeRequest().headers, 'mcp-session-id': other.headers['mcp-session-id'] };
      const begun = performance.now();
      expect(await send(port, { headers, body: JSON.stringify(call), agent })).toMatchObject({ status: 200 });
      expect(performance.now() - begun).toBeLessThan(1000);
      agent.destroy();
    },
  );
});

import { setTimeout as sleep } from 'node:timers/promises';
import { nowMicros } from '../harness/clock.mjs';
import { median } from '../harness/statistics.mjs';
import { startListener } from './arms.mjs';

/** Streams that are opened and closed before those that are measured. */
const WARM_UP_STREAMS = 200;
/** A server notices within this time that its clients have left, ms. */
const CLOSING_MS = 1500;

const sum = (list) => list.reduce((total, one) => total + one, 0);

/** Has what the first streams cost once, such as compiled code, be there before: it is no part of a stream. */
async function warmUp(port, kind, count) {
  const { process } = await startListener();
  await process.ask({ do: 'open', port, count, kind });
  await process.ask({ do: 'disconnect' });
  await process.stop();
  await sleep(CLOSING_MS);
}

/** Servers that hold open streams, and the process with all their clients. The first server sends the broadcasts. */
export class StreamArm {
  /**
   * @param holders started servers, each a `{ process, port }`
   * @param kind `get` or `listen`
   * @param streams of all holders together
   */
  static async open({ name, holders, kind = 'get', streams }) {
    const listener = await startListener();
    const arm = new StreamArm(name, holders, kind, streams, listener.process);
    for (const { port } of holders) await warmUp(port, kind, Math.min(streams, WARM_UP_STREAMS));
    const before = await arm.#memory();
    // Not all at once: those of the first holders get what is left over.
    for (const [index, { port }] of holders.entries()) {
      const count = Math.floor((streams + holders.length - 1 - index) / holders.length);
      await listener.process.ask({ do: 'open', port, count, kind });
    }
    const after = await arm.#memory();
    arm.memory = {
      heapBytesPerStream: (after.heap - before.heap) / streams,
      rssBytesPerStream: (after.rss - before.rss) / streams,
    };
    return arm;
  }

  constructor(name, holders, kind, streams, listener) {
    Object.assign(this, { name, holders, kind, streams, listener });
  }

  /** Sends broadcasts one after the other, each when every stream has got the one before. */
  async fanOut(broadcasts) {
    const times = [];
    const before = await this.cpuMicros();
    for (let n = 0; n < broadcasts; n++) times.push(await this.broadcastOnce());
    const cpuSeconds = ((await this.cpuMicros()) - before) / 1e6;
    return { perCpuSecond: (this.streams * broadcasts) / cpuSeconds, lastAfterMs: median(times) };
  }

  /** @returns the time until the last stream has got it, ms */
  async broadcastOnce() {
    await this.listener.ask({ do: 'reset' });
    const started = nowMicros();
    await this.holders[0].process.ask({ do: 'broadcast', kind: this.kind });
    const { lastMicros } = await this.listener.ask({ do: 'all', expected: this.streams });
    return (lastMicros - started) / 1000;
  }

  async cpuMicros() {
    return sum(await this.#ofHolders((process) => process.ask({ do: 'cpu' }).then(({ cpuMicros }) => cpuMicros)));
  }

  async stop() {
    await Promise.all([this.listener, ...this.holders.map(({ process }) => process)].map((process) => process.stop()));
  }

  async #memory() {
    const all = await this.#ofHolders((process) => process.ask({ do: 'memory' }));
    return { heap: sum(all.map(({ heap }) => heap)), rss: sum(all.map(({ rss }) => rss)) };
  }

  #ofHolders(ask) {
    return Promise.all(this.holders.map(({ process }) => ask(process)));
  }
}

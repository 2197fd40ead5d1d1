/** From the start of the process until the first call is answered. */
import { modernCall } from '../forms.mjs';
import { assertSum } from '../answers.mjs';
import { PinnedProcess, SERVER_CORE } from '../harness/pinned-process.mjs';
import { add, interleaved } from '../harness/samples.mjs';
import { serverOf } from '../targets.mjs';

const TARGETS = ['nest-validated', 'fleet', 'fleet-redis', 'rekog', 'sdk'];

export const start = {
  name: 'start',
  async run({ redis, options, step }) {
    const samples = {};
    await interleaved(TARGETS, options.starts, async (target) => {
      step(target);
      const started = performance.now();
      const process = new PinnedProcess(serverOf(target, redis), SERVER_CORE);
      try {
        const { port } = await process.receive();
        await assertSum(port, modernCall);
        const wallMs = performance.now() - started;
        const { cpuMicros, rssBytes } = await process.ask({ do: 'cpu' });
        add(samples, target, { wallMs, cpuMs: cpuMicros / 1000, rssBytes });
      } finally {
        await process.stop();
      }
    });
    return samples;
  },
};

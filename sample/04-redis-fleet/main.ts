import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';
import { Balancer } from './balancer.js';
import { Fleet } from './fleet.js';

const { PORT = '3000', HOST = '127.0.0.1' } = process.env;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** One of them: an ordinary application on a port of its own. */
async function runInstance(): Promise<void> {
  const url = await serve(AppModule);
  process.send!(Number(new URL(url).port));
  // Whoever started us is gone, and nobody else will end us.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}

async function runFleet(): Promise<void> {
  // Not `once`: whoever is impatient would leave Redis behind.
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => resolve());
  });
  const fleet = await Fleet.start(['a', 'b', 'c'], say);
  const balancer = await Balancer.start(fleet.instances, Number(PORT), HOST);
  const { url } = balancer;
  say(`
Three instances stand behind ${url}, each request goes to the next:
${fleet.instances.map(({ id, pid, port }) => `  ${id}  process ${pid}, port ${port}`).join('\n')}
What they share is in ${fleet.ownRedisUrl ?? 'the Redis of REDIS_URL'}

Try, in another terminal:
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/call --tool-name whoami
  kill -9 ${fleet.instances[0]!.pid}   # the others go on, and a new one comes
  node build/sample/04-redis-fleet/storm.js   # a fleet of its own, whose instances are killed one after the other
Ctrl+C ends them all.
`);
  await asked;
  await fleet.close();
  await balancer.close();
}

if (process.argv.includes('--instance')) {
  await runInstance();
} else {
  await runFleet().then(
    () => process.exit(0),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    },
  );
}

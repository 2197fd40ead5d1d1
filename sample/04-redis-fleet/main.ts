import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';
import { Balancer } from './balancer.js';
import { Fleet } from './fleet.js';

const { PORT = '3000', HOST = '127.0.0.1' } = process.env;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs one instance: an ordinary application on its own port. */
async function runInstance(): Promise<void> {
  const url = await serve(AppModule);
  process.send!(Number(new URL(url).port));
  // The parent process is gone, so nothing else would end this one.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}

async function runFleet(): Promise<void> {
  // Not `once`: a second Ctrl+C would end this process before it has stopped Redis.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => resolve());
  });
  const fleet = await Fleet.start(['a', 'b', 'c'], print);
  const balancer = await Balancer.start(fleet.instances, Number(PORT), HOST);
  const { url } = balancer;
  print(`
Three instances stand behind ${url}, which receive requests in turn:
${fleet.instances.map(({ id, pid, port }) => `  ${id}  process ${pid}, port ${port}`).join('\n')}
Their shared state is in ${fleet.ownRedisUrl ?? 'the Redis of REDIS_URL'}

Try, in another terminal:
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/call --tool-name whoami
  kill -9 ${fleet.instances[0]!.pid}   # the others continue, and a new one starts
  node build/sample/04-redis-fleet/storm.js   # starts another fleet and kills its instances one by one
Ctrl+C ends them all.
`);
  await stopped;
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

import { PinnedProcess } from '../harness/pinned-process.mjs';

const start = async (file, env, node) => {
  const process = new PinnedProcess(new URL(file, import.meta.url).href, undefined, { env, node });
  return { process, ...(await process.receive()) };
};

/** The flags of a part's process: `BENCH_NODE_SPEAKER="--cpu-prof --cpu-prof-dir=/tmp/x"` profiles the speaker. */
const flagsOf = (part) => process.env[`BENCH_NODE_${part.toUpperCase()}`]?.split(' ') ?? [];

const WITH_GC = ['--expose-gc'];

/** Starts an instance of the fleet, with `--expose-gc` for the measurement of its memory. `redis` may be missing. */
export const startInstance = (redis, options = {}, part = 'speaker') =>
  start('./instance.mjs', { BENCH_OPTIONS: JSON.stringify({ ...(redis && { redis: redis.url }), ...options }) }, [
    ...WITH_GC,
    ...flagsOf(part),
  ]);

export const startListener = () => start('./listener.mjs');

/** Streams without any protocol, and those of the SDK. @param kind `get` or `listen` */
export const startRawStreams = (kind) => start(`./raw-streams.mjs?kind=${kind}`, {}, WITH_GC);
export const startSdkStreams = (kind) => start(`./sdk-streams.mjs?kind=${kind}`, {}, WITH_GC);

/** All clients of these benchmarks have one address, and so one share of everything. */
export const roomFor = (sessions) => ({
  maxSessions: 2 * sessions,
  maxSessionsPerClient: 2 * sessions,
  maxStreams: sessions,
  maxSubscriptions: sessions,
  maxStoredBytesPerClient: 2 ** 30,
  maxStoredBytes: 2 ** 31,
});

/** Instance A sends, B holds the streams, and a third process runs all clients. Each arm has its own fleet. */
export async function fleetArm(redis, sessions) {
  const own = { redisPrefix: `fleet${sessions}` };
  const [speaker, holder, listener] = await Promise.all([
    startInstance(redis, own, 'speaker'),
    startInstance(redis, own, 'holder'),
    startListener(),
  ]);
  const { ids } = await listener.process.ask({ do: 'open', port: holder.port, count: sessions });
  return {
    name: 'fleet',
    target: { ids },
    processes: { speaker: speaker.process, holder: holder.process, listener: listener.process },
  };
}

/** The lower bound of a delivery through Redis: raw ioredis at both ends, without clients. */
export async function floorArm(redis, channels) {
  const env = { BENCH_REDIS: redis.url };
  const [speaker, listener] = await Promise.all([
    start('./floor-speaker.mjs', env),
    start('./floor-listener.mjs', env),
  ]);
  await listener.process.ask({ do: 'open', channels });
  return {
    name: 'floor',
    target: { channels },
    processes: { speaker: speaker.process, listener: listener.process },
  };
}

import type { Redis } from 'ioredis';
import type { Entry } from './ledger.js';
import { heard } from './text.js';

/** Of each session, the oldest first. */
export type Logs = ReadonlyMap<string, readonly Entry[]>;

const PAGE = 2000;

/** Whole logs of standing streams, straight from Redis. */
export async function logsOf(redis: Redis, prefix: string): Promise<Logs> {
  const logs = new Map<string, Entry[]>();
  for await (const page of redis.scanStream({ match: `${prefix}:*:l:g`, count: 500 })) {
    for (const key of page as string[]) logs.set(/:([^:}]+)\}:l:g$/.exec(key)![1]!, await read(redis, key));
  }
  return logs;
}

/** Fields of an entry are `p previous t kind d text …`. */
async function read(redis: Redis, key: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = '-'; ;) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    for (const [id, fields] of page) entries.push({ id, text: heard((JSON.parse(fields[5]!) as Said).params.data) });
    if (page.length < PAGE) return entries;
    from = `(${page.at(-1)![0]}`;
  }
}

interface Said {
  readonly params: { readonly data: string };
}

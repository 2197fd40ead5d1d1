import type { Redis } from 'ioredis';
import type { Entry } from './history-check.js';
import { unpadded } from './text.js';

/** The entries of each session, oldest first. */
export type Logs = ReadonlyMap<string, readonly Entry[]>;

const PAGE = 2000;

/** Reads the whole logs of standalone streams directly from Redis. */
export async function logsOf(redis: Redis, prefix: string): Promise<Logs> {
  const logs = new Map<string, Entry[]>();
  for await (const page of redis.scanStream({ match: `${prefix}:*:l:g`, count: 500 })) {
    for (const key of page as string[]) logs.set(/:([^:}]+)\}:l:g$/.exec(key)![1]!, await read(redis, key));
  }
  return logs;
}

/** The fields of an entry are `p previous t kind d text …`. */
async function read(redis: Redis, key: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = '-'; ;) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    for (const [id, fields] of page)
      entries.push({ id, text: unpadded((JSON.parse(fields[5]!) as LogMessage).params.data) });
    if (page.length < PAGE) return entries;
    from = `(${page.at(-1)![0]}`;
  }
}

interface LogMessage {
  readonly params: { readonly data: string };
}

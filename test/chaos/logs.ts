import type { Redis } from 'ioredis';
import type { Entry } from './history-check.js';
import { unpadded } from './text.js';

/** The entries of each session, oldest first. */
export type Logs = ReadonlyMap<string, readonly Entry[]>;

const PAGE = 2000;

/** Reads the whole logs of the standalone streams of sessions directly from Redis. */
export async function logsOf(redis: Redis, prefix: string): Promise<Logs> {
  const logs = new Map<string, Entry[]>();
  for await (const page of redis.scanStream({ match: `${prefix}:*:l:g`, count: 500 })) {
    for (const key of page as string[]) {
      if (key.endsWith(BROADCASTS)) continue;
      const textOf = (data: string): string => unpadded((JSON.parse(data) as LogMessage).params.data);
      logs.set(/:([^:}]+)\}:l:g$/.exec(key)![1]!, await read(redis, key, textOf));
    }
  }
  return logs;
}

const BROADCASTS = ':{:all}:l:g';

/** Reads what was announced to all sessions, oldest first. What has no text is named by `announcementText()`. */
export function announcementsOf(redis: Redis, prefix: string): Promise<Entry[]> {
  return read(redis, `${prefix}:default${BROADCASTS}`, (json, id) => {
    const { type, data, uri } = JSON.parse(json) as { type: string; data?: string; uri?: string };
    return type === 'message' ? unpadded(data!) : announcementText(type === 'resource-updated' ? uri : undefined, id);
  });
}

/** Names an update of a resource, or else a change of a list, by its entry: it says nothing that tells it from others. */
export const announcementText = (uri: string | undefined, id: string): string => `${uri ?? 'list'} ${id}`;

/** The fields of an entry are `p previous t kind d text …`. */
async function read(redis: Redis, key: string, textOf: (data: string, id: string) => string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let from = '-'; ;) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    for (const [id, fields] of page) entries.push({ id, text: textOf(fields[5]!, id) });
    if (page.length < PAGE) return entries;
    from = `(${page.at(-1)![0]}`;
  }
}

interface LogMessage {
  readonly params: { readonly data: string };
}

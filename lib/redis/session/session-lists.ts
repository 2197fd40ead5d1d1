import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey } from '../../session/session-record.js';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';

const PAGE = 200;

/**
 * Where sessions are found other than by their key. Lists lie in slots of their own, so they cannot change together with
 * the session: they may name too many sessions, never too few. Whoever walks one asks for each session whether it is there.
 */
export class SessionLists {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: RedisKeys,
    private readonly ttlMs: number,
  ) {}

  /** @returns false when there are as many sessions as there may be */
  async admit(key: SessionKey, maxSessions: number): Promise<boolean> {
    return (await this.#enlist(this.keys.allSessions, key, maxSessions)) === 1;
  }

  /** Makes a session that was admitted one that can be found. */
  async name(key: SessionKey): Promise<void> {
    await Promise.all([
      this.#enlist(this.keys.sessionsOf(key.principal), key),
      this.commands.send('set', this.keys.owner(key.id), key.principal, 'PX', this.ttlMs),
    ]);
  }

  /** Keeps the session on its lists for another while. */
  async keep(key: SessionKey, uris: readonly string[]): Promise<void> {
    await Promise.all([
      this.#enlist(this.keys.allSessions, key),
      this.name(key),
      ...uris.map((uri) => this.subscribed(key, uri)),
    ]);
  }

  async subscribed(key: SessionKey, uri: string): Promise<void> {
    await this.#enlist(this.keys.subscribersOf(uri), key);
  }

  async strike(key: SessionKey, uris: readonly string[]): Promise<void> {
    const lists = [
      this.keys.allSessions,
      this.keys.sessionsOf(key.principal),
      ...uris.map((uri) => this.keys.subscribersOf(uri)),
    ];
    await Promise.all([
      ...lists.map((list) => this.commands.send('zrem', list, sessionKeyText(key))),
      this.commands.send('del', this.keys.owner(key.id)),
    ]);
  }

  async owner(id: string): Promise<string | undefined> {
    return (await this.commands.send<string | null>('get', this.keys.owner(id))) ?? undefined;
  }

  /** Pages of a list, each session once. A scan gives everything that was there all the time, whatever comes and goes. */
  async *walk(list: string): AsyncGenerator<SessionKey[]> {
    const seen = new Set<string>();
    let cursor = '0';
    do {
      const [next, members] = await this.commands.send<[string, string[]]>('zscan', list, cursor, 'COUNT', PAGE);
      cursor = next;
      const page: SessionKey[] = [];
      // Members and scores take turns.
      for (let i = 0; i < members.length; i += 2) {
        const text = members[i]!;
        const key = seen.has(text) ? undefined : parseKeyText(text);
        if (key) page.push(key);
        seen.add(text);
      }
      yield page;
    } while (cursor !== '0');
  }

  #enlist(list: string, key: SessionKey, most = 0): Promise<number> {
    return this.commands.run<number>('listSession', [list], [sessionKeyText(key), this.ttlMs, most]);
  }
}

/** The reverse of `sessionKeyText`. */
function parseKeyText(text: string): SessionKey | undefined {
  const colon = text.indexOf(':');
  const length = Number(text.slice(0, colon));
  if (colon < 1 || !Number.isSafeInteger(length)) return undefined;
  const start = colon + 1;
  return { principal: text.slice(start, start + length), id: text.slice(start + length) };
}

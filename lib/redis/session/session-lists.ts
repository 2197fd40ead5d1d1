import { parseKeyText, sessionKeyText } from '../../session/session-key.js';
import type { SessionKey } from '../../session/session-record.js';
import { commandOwner } from '../command-owner.js';
import type { RedisKeys } from '../keys.js';
import { type RedisCommands, RedisRefusedError } from '../connection/redis-commands.js';

const PAGE = 200;
/** How long expired sessions wait to be taken, ms: longer than the time between two reads of all instances. */
const EXPIRED_KEPT_MS = 120_000;

/**
 * The lists in which sessions are found other than by their key. Lists have hash slots of their own, so on a cluster
 * they cannot change together with a session: they may name too many sessions, but never too few. Readers check for
 * each session whether it exists.
 */
export class SessionLists {
  #changeTogether: boolean;

  /** @param reportsExpiry whether somebody takes expired sessions off the list of all */
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: RedisKeys,
    readonly ttlMs: number,
    private readonly reportsExpiry: () => boolean = () => false,
  ) {
    this.#changeTogether = !commands.isCluster;
  }

  /**
   * Changes a session, and its lists in the same script if they can change together.
   *
   * @param client whose lists; `undefined` if that is not known, so that they cannot change here
   * @param change gets the keys of the lists of the client, of all and of the principal, and of the owner; or none
   * @returns what it returned, and whether the caller still has to change the lists, with the other methods
   */
  async together<T>(
    key: SessionKey,
    client: string | undefined,
    change: (lists: readonly string[]) => Promise<T>,
  ): Promise<{ readonly result: T; readonly listsAreDue: boolean }> {
    if (client !== undefined && this.#changeTogether) {
      const { keys } = this;
      const lists = [keys.sessionsOfClient(client), keys.allSessions, keys.sessionsOf(key.principal)];
      try {
        return { result: await change([...lists, keys.owner(key.id)]), listsAreDue: false };
      } catch (error) {
        // The connection leads to a node or a proxy of a cluster.
        if (!(error instanceof RedisRefusedError && error.code === 'CROSSSLOT')) throw error;
        this.#changeTogether = false;
      }
    }
    return { result: await change([]), listsAreDue: true };
  }

  /** How long expired sessions stay on the list of all, ms. */
  get keptMs(): number {
    return this.reportsExpiry() ? EXPIRED_KEPT_MS : 0;
  }

  /** @returns false when there are already as many sessions on the list as allowed */
  async admit(list: string, key: SessionKey, maxSessions: number, ttlMs: number): Promise<boolean> {
    return (await this.#addTo(list, key, ttlMs, maxSessions)) === 1;
  }

  /** Takes a session that was not created after all off a list. */
  async withdraw(list: string, key: SessionKey): Promise<void> {
    await this.#of(key).send('zrem', list, sessionKeyText(key));
  }

  /**
   * Takes sessions off the list of all that have expired.
   *
   * @returns at most `count`, which no other caller gets
   */
  async takeExpired(count: number): Promise<SessionKey[]> {
    const texts = await this.commands.run<string[]>('takeExpired', [this.keys.allSessions], [count]);
    return keysOf(texts);
  }

  /** Adds a session that was admitted to the list of its principal, and lets it be found by its id. */
  async add(key: SessionKey, ttlMs: number): Promise<void> {
    await Promise.all([
      this.#addTo(this.keys.sessionsOf(key.principal), key, ttlMs),
      this.#of(key).send('set', this.keys.owner(key.id), key.principal, 'PX', ttlMs),
    ]);
  }

  /** Extends the time for which the session is on its lists. */
  async extend(key: SessionKey, client: string): Promise<void> {
    await Promise.all([
      this.#addTo(this.keys.sessionsOfClient(client), key),
      this.#addTo(this.keys.allSessions, key),
      this.add(key, this.ttlMs),
    ]);
  }

  async remove(key: SessionKey, client: string | undefined): Promise<void> {
    const lists = [
      ...(client === undefined ? [] : [this.keys.sessionsOfClient(client)]),
      this.keys.allSessions,
      this.keys.sessionsOf(key.principal),
    ];
    await Promise.all([
      ...lists.map((list) => this.#of(key).send('zrem', list, sessionKeyText(key))),
      this.#of(key).send('del', this.keys.owner(key.id)),
    ]);
  }

  /** The sessions whose place on a list expires first: those that have been idle for longest. */
  async oldest(list: string, count: number): Promise<SessionKey[]> {
    const texts = await this.commands.send<string[]>('zrange', list, 0, count - 1);
    return keysOf(texts);
  }

  async owner(id: string): Promise<string | undefined> {
    return (await this.commands.send<string | null>('get', this.keys.owner(id))) ?? undefined;
  }

  /** Yields pages of a list, each session once. ZSCAN returns every member that was present during the whole scan. */
  async *walk(list: string): AsyncGenerator<SessionKey[]> {
    const seen = new Set<string>();
    let cursor = '0';
    do {
      const [next, members] = await this.commands.send<[string, string[]]>('zscan', list, cursor, 'COUNT', PAGE);
      cursor = next;
      const page: SessionKey[] = [];
      // Members and scores alternate.
      for (let i = 0; i < members.length; i += 2) {
        const text = members[i]!;
        const key = seen.has(text) ? undefined : parseKeyText(text);
        if (key) page.push(key);
        seen.add(text);
      }
      yield page;
    } while (cursor !== '0');
  }

  #of(key: SessionKey): RedisCommands {
    return this.commands.for(commandOwner(key));
  }

  #addTo(list: string, key: SessionKey, ttlMs = this.ttlMs, maxLength = 0): Promise<number> {
    const keptMs = list === this.keys.allSessions ? this.keptMs : 0;
    return this.#of(key).run<number>('listSession', [list], [sessionKeyText(key), ttlMs, maxLength, keptMs]);
  }
}

const keysOf = (texts: readonly string[]): SessionKey[] => texts.map(parseKeyText).filter((key) => key !== undefined);

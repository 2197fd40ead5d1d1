import { isObject } from '../../protocol/messages.js';
import type { SessionKey, SessionRecord } from '../../session/session-record.js';
import type { SessionStore } from '../../session/session-store.js';
import { sessionDigest } from '../../observe/session-digest.js';
import type { SessionList, SessionView } from '../wire/session.js';

export const MAX_SESSIONS = 200;
/** Sessions that are read from the store at once. */
const AT_ONCE = 16;

/** Some of the sessions of the fleet, and how many there are. To be looked at does not keep a session alive. */
export async function sessionList(store: SessionStore): Promise<SessionList> {
  const keys: SessionKey[] = [];
  for await (const key of store.sessions()) if (keys.push(key) >= MAX_SESSIONS) break;
  const sessions: SessionView[] = [];
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const records = await Promise.all(keys.slice(from, from + AT_ONCE).map((key) => store.peek(key)));
    for (const record of records) if (record) sessions.push(viewOf(record));
  }
  const total = Math.max(sessions.length, await store.count());
  return { at: Date.now(), sessions, total, truncated: total > sessions.length };
}

function viewOf(session: SessionRecord): SessionView {
  const { id, principal, revision, initialized, clientInfo, clientCapabilities, logLevel } = session;
  const client = clientName(clientInfo);
  return {
    id: sessionDigest(id),
    caller: { principal, ...(client !== undefined && { client }) },
    revision,
    initialized,
    capabilities: Object.keys(clientCapabilities).slice(0, 20).map(shortened),
    ...(logLevel !== undefined && { logLevel }),
  };
}

/** What a client calls itself, which may be anything. */
export function clientName(info: unknown): string | undefined {
  if (!isObject(info) || typeof info.name !== 'string') return undefined;
  const version = typeof info.version === 'string' ? ` ${info.version}` : '';
  return shortened(`${info.name}${version}`);
}

const shortened = (text: string): string => text.slice(0, 80);

import type { LogLevel } from '../../protocol/log-levels.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import { isLegacyRevision } from '../../protocol/revisions.js';
import { deepFreeze } from '../../session/deep-freeze.js';
import type { ClientInfo, SessionKey, SessionRecord } from '../../session/session-record.js';

/** Fields of a session's hash: `r` for what never changes, `i` for initialized, `l` for the log level. */
export type SessionFields = readonly [record: string | null, initialized: string | null, level: string | null];

/** Returns the part of a record that never changes as one text. */
export function packRecord(record: SessionRecord): string {
  const { revision, client, clientInfo, clientCapabilities, broadcastsFrom, openedAt } = record;
  return JSON.stringify({ revision, client, clientInfo, clientCapabilities, broadcastsFrom, openedAt });
}

export const flag = (initialized: boolean): string => (initialized ? '1' : '0');

/** @returns `undefined` for a missing session, and for a hash this package did not write: it is then unknown (SEC13) */
export function unpack(
  { principal, id }: SessionKey,
  [record, initialized, level]: SessionFields,
): SessionRecord | undefined {
  if (record === null) return undefined;
  const parsed = parse(record);
  if (!parsed || !isLegacyRevision(parsed.revision) || !isObject(parsed.clientCapabilities)) return undefined;
  const { revision, client, clientInfo, clientCapabilities, broadcastsFrom, openedAt } = parsed;
  return deepFreeze({
    principal,
    id,
    revision,
    ...(typeof client === 'string' && { client }),
    ...(isObject(clientInfo) && { clientInfo: clientInfo as ClientInfo }),
    clientCapabilities,
    ...(typeof broadcastsFrom === 'string' && { broadcastsFrom }),
    ...(typeof openedAt === 'number' && { openedAt }),
    initialized: initialized === '1',
    ...(level && { logLevel: level as LogLevel }),
  });
}

function parse(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

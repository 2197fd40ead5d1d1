import type { LogLevel } from '../protocol/log-levels.js';
import type { SessionKey, SessionPatch, SessionRecord } from '../session/session-record.js';

/** Fields of a session's hash: `r` what never changes, `i` initialized, `l` log level. */
export type SessionFields = readonly [record: string | null, initialized: string | null, level: string | null];

/** What never changes, in one text. */
export function packRecord({ revision, clientInfo, clientCapabilities }: SessionRecord): string {
  return JSON.stringify({ revision, clientInfo, clientCapabilities });
}

export const flag = (initialized: boolean): string => (initialized ? '1' : '0');

export function packPatch({ initialized, logLevel }: SessionPatch): string[] {
  const fields: string[] = [];
  if (initialized !== undefined) fields.push('i', flag(initialized));
  if (logLevel !== undefined) fields.push('l', logLevel);
  return fields;
}

/** @returns `undefined` for a session that is not there, and for one that nobody of us wrote: it is unknown then (S13) */
export function unpack(
  { principal, id }: SessionKey,
  [record, initialized, level]: SessionFields,
): SessionRecord | undefined {
  if (record === null) return undefined;
  try {
    const { revision, clientInfo, clientCapabilities } = JSON.parse(record) as SessionRecord;
    return {
      principal,
      id,
      revision,
      ...(clientInfo && { clientInfo }),
      clientCapabilities,
      initialized: initialized === '1',
      ...(level && { logLevel: level as LogLevel }),
    };
  } catch {
    return undefined;
  }
}

import type { SessionRecord } from '../../session/session-record.js';
import type { SessionFilter, SessionStore } from '../../session/session-store.js';
import type { SessionStoreLimits } from './session-store.fixture.js';

export const SESSION_TTL_MS = 1000;
export const SESSION_LIMITS: SessionStoreLimits = {
  idleTtlMs: SESSION_TTL_MS,
  maxSessions: 50,
  maxSessionsPerClient: 30,
  maxSubscriptions: 5,
};

export const sessionRecord = (id: string, principal = 'alice'): SessionRecord => ({
  principal,
  id,
  revision: '2025-06-18',
  clientInfo: { name: 'client', version: '1', title: 'Ünïcödé "client"' },
  clientCapabilities: { elicitation: {}, roots: { listChanged: true } },
  initialized: false,
});

export const listKeys = async (store: SessionStore, filter?: SessionFilter): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { principal, id } of store.sessions(filter)) ids.push(`${principal}/${id}`);
  return ids.toSorted();
};

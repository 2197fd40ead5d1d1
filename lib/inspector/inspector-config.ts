import { MemorySessionStore } from '../memory/memory-session-store.js';
import { LEGACY_REVISIONS, MODERN_REVISION } from '../protocol/revisions.js';
import type { McpRuntime } from '../server/mcp-runtime.js';
import { MAX_SESSIONS } from './lists/session-list.js';
import { MAX_TASKS } from './lists/task-list.js';
import { callsPerReport, type InspectorSettings, REPORT_INTERVAL_MS } from './inspector-options.js';
import { CONTRACT, type InspectorConfig } from './wire/config.js';

/** Three reports may be lost before an instance is said to be gone, ms. */
export const GONE_AFTER_MS = 4000;

/** What the page has to know first. */
export function configOf(
  { options, server, backends }: McpRuntime,
  settings: InspectorSettings,
  endpoints: readonly string[],
  instance: string,
): InspectorConfig {
  const { name, version, title } = options;
  const { actions, showArguments, showPrincipals, maxWatchers } = settings;
  return {
    contract: CONTRACT,
    server: { key: server ?? null, name, version, ...(title !== undefined && { title }) },
    endpoints,
    revisions: [MODERN_REVISION, ...LEGACY_REVISIONS],
    backend: backends.sessions instanceof MemorySessionStore ? 'memory' : options.redis ? 'redis' : 'custom',
    instance,
    ...{ actions, showArguments, showPrincipals },
    auth: options.auth !== undefined,
    reportIntervalMs: REPORT_INTERVAL_MS,
    goneAfterMs: GONE_AFTER_MS,
    limits: {
      callsPerReport: callsPerReport(settings),
      ...{ sessions: MAX_SESSIONS, tasks: MAX_TASKS, watchers: maxWatchers },
    },
  };
}

import type { StoreProbe } from '../../backends/backends.js';
import type { McpRuntime } from '../../server/mcp-runtime.js';
import type { ReadLists } from '../fleet/fleet-watch.js';
import type { InspectorSettings } from '../inspector-options.js';
import { repeated } from './repeated.js';
import { sessionList } from './session-list.js';
import { taskList } from './task-list.js';

/** Between two looks at the stores, ms. */
const PAUSE_MS = 3000;
/** Between two samples of what is in Redis, ms. */
const SAMPLE_PAUSE_MS = 10_000;

/** Reads what is in the stores and not in the reports of instances, for the instance whose page watches. */
export const readLists =
  ({ backends, services }: McpRuntime, settings: InspectorSettings, probe: StoreProbe | undefined): ReadLists =>
  (tell) => {
    const { report } = services;
    const sessions = async () => tell({ type: 'sessions', list: await sessionList(backends.sessions) });
    const tasks = async () => tell({ type: 'tasks', list: await taskList(backends.tasks, settings) });
    const all = [repeated(sessions, PAUSE_MS, report), repeated(tasks, PAUSE_MS, report)];
    if (probe) {
      const memory = async () => tell({ type: 'redis', memory: { at: Date.now(), ...(await probe.sample()) } });
      all.push(repeated(memory, SAMPLE_PAUSE_MS, report));
    }
    return { close: () => all.forEach((one) => one.close()) };
  };

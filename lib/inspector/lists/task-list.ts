import type { TaskOverview } from '../../task/task-overview.js';
import type { TaskStore } from '../../task/task-store.js';
import { sessionDigest } from '../../observe/session-digest.js';
import { taskDigest } from '../task-digest.js';
import type { InspectorSettings } from '../inspector-options.js';
import type { TaskList, TaskView } from '../wire/task.js';
import { clientName } from './session-list.js';

export const MAX_TASKS = 100;
const MAX_CHARACTERS = 200;

type Shown = Pick<InspectorSettings, 'showArguments' | 'showPrincipals'>;

/** The newest tasks of the fleet. To be looked at does not let another instance take over an orphaned one. */
export async function taskList(store: TaskStore, shown: Shown): Promise<TaskList> {
  // One more tells whether there are more.
  const tasks = await store.recent(MAX_TASKS + 1);
  const views = tasks.slice(0, MAX_TASKS).map((task) => viewOf(task, shown));
  return { at: Date.now(), tasks: views, truncated: tasks.length > MAX_TASKS };
}

function viewOf(task: TaskOverview, { showArguments, showPrincipals }: Shown): TaskView {
  const { principal, tool, status, statusMessage, caller, createdAt, updatedAt, ttlMs, fence, orphaned, questions } =
    task;
  const client = clientName(caller.clientInfo);
  const { session, principal: who } = caller;
  return {
    ...{ id: taskDigest(task), tool, status, createdAt, updatedAt, ttlMs, runs: fence, orphaned, questions },
    ...(showArguments && statusMessage !== undefined && { statusMessage: statusMessage.slice(0, MAX_CHARACTERS) }),
    caller: {
      principal,
      ...(showPrincipals && who && { subject: who.subject }),
      ...(client !== undefined && { client }),
      ...(session !== undefined && { session: sessionDigest(session) }),
    },
  };
}

import type { Logger } from '@nestjs/common';
import type { ChangeBus } from '../../broker/change-bus.js';
import type { AccessControl } from '../../access/access-control.js';
import type { Catalog } from '../../catalog/catalog.js';
import { taskToolAgain } from '../../engine/methods/tools.js';
import type { Interactions } from '../../interaction/interactions.js';
import type { Observer } from '../../observe/observer.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';
import { OrphanedTasks } from '../../task/orphaned-tasks.js';
import type { TaskRecord } from '../../task/task-record.js';
import { TaskChanges } from '../../task/task-changes.js';
import { TaskRunner } from '../../task/task-runner.js';
import { Tasks } from '../../task/tasks.js';
import type { Backends } from '../../backends/backends.js';

/** Creates the service that runs this server's tools as tasks, and finds those tasks again. */
export function createTasks(
  catalog: Catalog,
  interactions: Interactions,
  { tasks: store, log }: Backends,
  bus: ChangeBus,
  access: AccessControl,
  options: ResolvedOptions,
  logger: Logger,
  report: (error: unknown) => void,
  observer: Observer,
): Tasks {
  const ended = (task: TaskRecord): void => observer.taskEnded(task);
  const changes = new TaskChanges({ publish: (event) => bus.publish(event), log, report, ended });
  const find = (name: string) => {
    const tool = catalog.tools.get(name);
    return tool && taskToolAgain(tool, access, logger);
  };
  const runner = new TaskRunner({ store, changes, report, observer }, interactions, options, find, logger);
  const orphans = new OrphanedTasks(store, runner, options.taskLeaseMs, report);
  return new Tasks(store, changes, runner, orphans);
}

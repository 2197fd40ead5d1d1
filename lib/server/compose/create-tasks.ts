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

export interface TasksParts {
  readonly catalog: Catalog;
  readonly interactions: Interactions;
  readonly backends: Backends;
  readonly bus: ChangeBus;
  readonly access: AccessControl;
  readonly options: ResolvedOptions;
  readonly logger: Logger;
  readonly report: (error: unknown) => void;
  readonly observer: Observer;
}

/** Creates the service that runs this server's tools as tasks, and finds those tasks again. */
export function createTasks({ catalog, interactions, backends, bus, access, ...rest }: TasksParts): Tasks {
  const { options, logger, report, observer } = rest;
  const { tasks: store, log } = backends;
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

import type { AccessControl } from '../access/access-control.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Exchange } from '../exchange/exchange.js';
import type { TaskRecord } from '../task/task-record.js';
import { type Admits, type Tasks, unknownTask } from '../task/tasks.js';

/**
 * The tasks of a caller, of tools that it may still use: who has lost a tool has lost its results. A tool that this
 * instance does not have, as another release of the fleet may, protects nothing: its tasks belong to the caller.
 */
export class TaskAccess {
  constructor(
    private readonly tasks: Tasks,
    private readonly catalog: Catalog,
    private readonly access: AccessControl,
  ) {}

  /** @throws {McpError} for an unknown task, and for one whose tool the caller may not use */
  async get(id: string, exchange: Exchange): Promise<TaskRecord> {
    const { principalId: principal, era } = exchange.peer;
    const unknown = () => this.access.absent(exchange, unknownTask());
    const task = await this.tasks.find({ principal, id }, era);
    if (!task) throw unknown();
    const tool = this.catalog.tools.get(task.tool);
    if (tool) await this.access.require(tool, exchange, undefined, unknown);
    return task;
  }

  /** Which tasks are shown to a caller that asks for several. */
  admits(exchange: Exchange): Admits {
    return ({ tool: name }) => {
      const tool = this.catalog.tools.get(name);
      return !tool || this.access.permits(tool, exchange);
    };
  }
}

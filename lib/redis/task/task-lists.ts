import { taskKeyText } from '../../task/task-id.js';
import type { TaskKey } from '../../task/task-record.js';
import type { TaskPosition } from '../../task/task-store.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import type { RedisKeys } from '../keys.js';

/**
 * The set of all tasks and the list of each owner's tasks. They have hash slots of their own, so they cannot change
 * together with a task: they may name tasks that no longer exist, so readers check each of them.
 */
export class TaskLists {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: RedisKeys,
    private readonly maxTasks: number,
  ) {}

  /** @returns false when there are already as many tasks as allowed */
  async admit(key: TaskKey, ttlMs: number): Promise<boolean> {
    const admission = [taskKeyText(key), ttlMs, this.maxTasks];
    return (await this.commands.for(key.principal).run<number>('admitTask', [this.keys.allTasks], admission)) === 1;
  }

  async add({ principal, id }: TaskKey, createdAt: number, ttlMs: number): Promise<void> {
    await this.commands.for(principal).run('listTask', this.keys.tasksOf(principal), [id, createdAt, ttlMs]);
  }

  /** Returns up to `limit` positions after the given one, oldest first. Fewer mean that there are no more. */
  async page(principal: string, limit: number, after: TaskPosition | undefined): Promise<TaskPosition[]> {
    const start = after ? [after.createdAt, after.id] : [];
    const reply = await this.commands
      .for(principal)
      .run<string[]>('pageTasks', this.keys.tasksOf(principal), [limit, ...start]);
    const positions: TaskPosition[] = [];
    for (let i = 0; i < reply.length; i += 2) positions.push({ id: reply[i]!, createdAt: Number(reply[i + 1]) });
    return positions;
  }
}

import { parseKeyText } from '../../session/session-key.js';
import type { TaskKey, TaskStatus } from '../../task/task-record.js';
import { isOpen } from '../../task/task-record.js';
import type { TaskOverview } from '../../task/task-overview.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import type { RedisKeys } from '../keys.js';

type Field = string | null;

/**
 * Reads some of all tasks, without their arguments and results: those whose lifetime ends last, newest first.
 *
 * @param now the clock of Redis, ms
 */
export async function recentTasks(
  commands: RedisCommands,
  keys: RedisKeys,
  limit: number,
  now: number,
): Promise<readonly TaskOverview[]> {
  const names = await commands.send<string[]>('zrange', keys.allTasks, 0, limit - 1, 'REV');
  const read = async (name: string): Promise<TaskOverview | undefined> => {
    const key = parseKeyText(name);
    if (!key) return undefined;
    const task = keys.task(key);
    const [fields, all] = await Promise.all([
      commands.send<Field[]>('hmget', task, 'o', 's', 'm', 'c', 'u', 'f', 'l'),
      commands.send<string[]>('hkeys', task),
    ]);
    const questions = all.filter((field) => field.startsWith('q:')).length;
    return overviewOf(key, fields, questions, now);
  };
  const tasks = (await Promise.all(names.map(read))).filter((task) => task !== undefined);
  return tasks.sort((a, b) => b.createdAt - a.createdAt);
}

/** @returns `undefined` for a task that has expired since, or that this package did not write */
function overviewOf(
  key: TaskKey,
  [spec, state, statusMessage, createdAt, updatedAt, fence, leasedUntil]: readonly (Field | undefined)[],
  questions: number,
  now: number,
): TaskOverview | undefined {
  if (spec === null || spec === undefined) return undefined;
  try {
    const { tool, caller, ttlMs } = JSON.parse(spec) as Pick<TaskOverview, 'tool' | 'caller' | 'ttlMs'>;
    const status = state as TaskStatus;
    return {
      ...{ principal: key.principal, id: key.id, tool, caller, ttlMs, status, questions },
      ...(typeof statusMessage === 'string' && { statusMessage }),
      ...{ createdAt: Number(createdAt), updatedAt: Number(updatedAt), fence: Number(fence) },
      orphaned: isOpen({ status }) && Number(leasedUntil ?? 0) <= now,
    };
  } catch {
    return undefined;
  }
}

import type { ChangeEvent } from '../broker/change-event.js';
import { SlicedWork } from '../limits/sliced-work.js';
import { type EventLog, STANDALONE_STREAM } from '../stream/event-log.js';
import { notificationText } from '../protocol/messages.js';
import { taskKeyOf, taskKeyText } from './task-id.js';
import { isOpen, type TaskKey, type TaskRecord } from './task-record.js';
import { experimentalTask } from './task-view.js';

/** Time between two polls by those who wait for a task, ms: no later event reveals that one was lost (§5.6). */
const SELF_CHECK_MS = 5000;

export interface TaskChangesOptions {
  readonly publish: (event: ChangeEvent) => Promise<void>;
  readonly log: EventLog;
  readonly report: (error: unknown) => void;
  /** Called once for each task that has ended on this instance. Default: nothing. */
  readonly ended?: (task: TaskRecord) => void;
  readonly selfCheckMs?: number;
}

/** The tasks that one watcher still watches. */
export interface TaskWatch {
  has(key: TaskKey): boolean;
  drop(key: TaskKey): void;
  close(): void;
}

interface Watcher {
  readonly keys: Map<string, TaskKey>;
  readonly listener: (keys: readonly TaskKey[]) => void;
}

/** Announces that tasks have changed and calls the watchers of this instance. What has changed is in the store. */
export class TaskChanges {
  readonly #watchers = new Set<Watcher>();
  readonly #byTask = new Map<string, Set<Watcher>>();
  readonly #work = new SlicedWork();
  readonly #options: TaskChangesOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TaskChangesOptions) {
    this.#options = options;
  }

  /** Announces a change. Must be called after each change of a task, once the store has it. */
  announce(task: TaskRecord): void {
    const { publish, log, report, ended } = this.#options;
    if (!isOpen(task)) ended?.(task);
    publish({ type: 'task-changed', task: taskKeyOf(task) }).catch(report);
    const { session } = task.caller;
    if (session === undefined) return;
    const message = notificationText('notifications/tasks/status', experimentalTask(task));
    const key = { principal: task.principal, id: session };
    log.append(key, STANDALONE_STREAM, message).catch(report);
  }

  /** Calls the listener with the tasks that may have changed, whenever some may have. The listener must not throw. */
  watch(keys: readonly TaskKey[], listener: (keys: readonly TaskKey[]) => void): TaskWatch {
    const watcher: Watcher = { keys: new Map(keys.map((key) => [taskKeyText(key), key])), listener };
    for (const text of watcher.keys.keys()) {
      const others = this.#byTask.get(text);
      if (others) others.add(watcher);
      else this.#byTask.set(text, new Set([watcher]));
    }
    if (watcher.keys.size > 0) this.#watchers.add(watcher);
    this.#timer ??= setInterval(() => this.notifyAll(), this.#options.selfCheckMs ?? SELF_CHECK_MS).unref();
    return {
      has: (key) => watcher.keys.has(taskKeyText(key)),
      drop: (key) => this.#drop(watcher, taskKeyText(key)),
      close: () => {
        for (const text of watcher.keys.keys()) this.#drop(watcher, text);
      },
    };
  }

  /** The number of watched tasks, of all watchers. */
  get size(): number {
    return [...this.#watchers].reduce((sum, { keys }) => sum + keys.size, 0);
  }

  notify(key: TaskKey): void {
    const watchers = this.#byTask.get(taskKeyText(key));
    if (watchers) this.#work.add(watchers, ({ listener }) => listener([key]));
  }

  /** Tells all watchers that any of their tasks may have changed, because events may have been missed (P12). */
  notifyAll(): void {
    this.#work.add(this.#watchers, ({ keys, listener }) => listener([...keys.values()]));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #drop(watcher: Watcher, text: string): void {
    if (!watcher.keys.delete(text)) return;
    const others = this.#byTask.get(text);
    if (others?.delete(watcher) && others.size === 0) this.#byTask.delete(text);
    if (watcher.keys.size > 0) return;
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) this.close();
  }
}

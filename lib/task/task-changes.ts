import type { ChangeEvent } from '../broker/change-event.js';
import { type EventLog, STANDALONE_STREAM } from '../stream/event-log.js';
import { notificationText } from '../protocol/messages.js';
import { taskKeyOf, taskKeyText } from './task-id.js';
import type { TaskKey, TaskRecord } from './task-record.js';
import { experimentalTask } from './task-view.js';

/** Time between two polls by those who wait for a task, ms: no later event reveals that one was lost (§5.6). */
const SELF_CHECK_MS = 5000;

export interface TaskChangesOptions {
  readonly publish: (event: ChangeEvent) => Promise<void>;
  readonly log: EventLog;
  readonly report: (error: unknown) => void;
  readonly selfCheckMs?: number;
}

/** Announces that tasks have changed and calls the watchers of this instance. What has changed is in the store. */
export class TaskChanges {
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #options: TaskChangesOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TaskChangesOptions) {
    this.#options = options;
  }

  /** Announces a change. Must be called after each change of a task, once the store has it. */
  announce(task: TaskRecord): void {
    const { publish, log, report } = this.#options;
    publish({ type: 'task-changed', task: taskKeyOf(task) }).catch(report);
    const { session } = task.caller;
    if (session === undefined) return;
    const message = notificationText('notifications/tasks/status', experimentalTask(task));
    const key = { principal: task.principal, id: session };
    log.append(key, STANDALONE_STREAM, message).catch(report);
  }

  /**
   * Calls the listener whenever the task may have changed. The listener must not throw.
   *
   * @returns a function that removes the listener
   */
  watch(key: TaskKey, listener: () => void): () => void {
    const text = taskKeyText(key);
    const watchers = this.#watchers.get(text) ?? new Set();
    this.#watchers.set(text, watchers.add(listener));
    this.#timer ??= setInterval(() => this.notifyAll(), this.#options.selfCheckMs ?? SELF_CHECK_MS).unref();
    return () => {
      if (watchers.delete(listener) && watchers.size === 0) this.#watchers.delete(text);
      if (this.#watchers.size === 0) this.close();
    };
  }

  /** The number of listeners, of all tasks. */
  get size(): number {
    return [...this.#watchers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  notify(key: TaskKey): void {
    for (const listener of [...(this.#watchers.get(taskKeyText(key)) ?? [])]) listener();
  }

  /** Calls all listeners, because events may have been missed (P12). */
  notifyAll(): void {
    for (const watchers of [...this.#watchers.values()]) for (const listener of [...watchers]) listener();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

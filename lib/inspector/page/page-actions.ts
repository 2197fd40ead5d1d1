import { endSession } from '../../engine/end-session.js';
import { McpError } from '../../protocol/errors.js';
import type { McpRuntime } from '../../server/mcp-runtime.js';
import type { SessionKey } from '../../session/session-record.js';
import type { TaskKey } from '../../task/task-record.js';
import { digestOf } from '../../observe/session-digest.js';
import { taskDigest } from '../task-digest.js';
import { Refused } from './answers.js';

/** What is looked through for one: the request may come to an instance that has listed none. */
const MAX_SESSIONS = 100_000;
const MAX_TASKS = 1000;

/** What the page may change. Each names its object by a digest, as the lists do. */
export class PageActions {
  constructor(private readonly runtime: McpRuntime) {}

  /**
   * Ends a session on every instance, and what runs in it.
   *
   * @throws {Refused} if there is no such session
   */
  async endSession(digest: string): Promise<void> {
    const key = await this.#session(digest);
    // Who looks at the page is not known, so it is told whose session it was.
    const hasEnded = key && (await endSession(this.runtime.services, key, { principal: key.principal }));
    if (!hasEnded) throw new Refused(404, 'unknown', 'This session has ended already.');
  }

  /**
   * Cancels a task, wherever it runs.
   *
   * @throws {Refused} if there is no such task, or if it has ended already
   */
  async cancelTask(digest: string): Promise<void> {
    const key = await this.#task(digest);
    if (!key) throw new Refused(404, 'unknown', 'There is no such task any more.');
    try {
      const { moved } = await this.runtime.tasks.cancel(key);
      if (!moved) throw new Refused(409, 'ended', 'This task has ended already.');
    } catch (error) {
      if (error instanceof McpError) throw new Refused(404, 'unknown', 'There is no such task any more.');
      throw error;
    }
  }

  async #session(digest: string): Promise<SessionKey | undefined> {
    let searched = 0;
    for await (const { principal, id } of this.runtime.backends.sessions.sessions()) {
      if (digestOf(id) === digest) return { principal, id };
      if (++searched >= MAX_SESSIONS) break;
    }
    return undefined;
  }

  async #task(digest: string): Promise<TaskKey | undefined> {
    const tasks = await this.runtime.backends.tasks.recent(MAX_TASKS);
    const found = tasks.find((task) => taskDigest(task) === digest);
    return found && { principal: found.principal, id: found.id };
  }
}

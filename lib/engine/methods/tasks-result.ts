import { randomUUID } from 'node:crypto';
import type { InputRequest } from '../../interaction/input-request.js';
import type { PendingRequests } from '../../interaction/pending-requests.js';
import { inputRequestFor } from '../../interaction/input-request-for-revision.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import type { LegacyRevision } from '../../protocol/revisions.js';
import type { SessionRecord } from '../../session/session-record.js';
import { RELATED_TASK } from '../../task/task-extension.js';
import { isOpen, type TaskKey, type TaskRecord } from '../../task/task-record.js';
import type { Tasks } from '../../task/tasks.js';
import type { Capabilities } from '../capabilities.js';
import type { TaskAccess } from '../task-access.js';
import { CancelledError, type Exchange } from '../../exchange/exchange.js';
import type { Method } from '../method.js';
import { taskKey } from './tasks.js';
import { experimental } from './tasks-experimental.js';

/**
 * `tasks/result` of 2025-11-25. It stays open until the task has ended, on any instance, and returns exactly the result
 * or error of the tool call. Meanwhile the task's questions reach the client on its stream (§5.2).
 */
export const taskResult = (
  tasks: Tasks,
  own: TaskAccess,
  capabilities: Capabilities,
  pending: PendingRequests,
  inputTimeoutMs: number,
): Method =>
  experimental(capabilities, 'tasks/result', async (params, exchange) => {
    const key = taskKey(params, exchange.peer);
    const task = await own.get(key.id, exchange);
    const delivery = new QuestionDelivery(key, exchange, tasks, pending, inputTimeoutMs);
    try {
      return outcomeOf(isOpen(task) ? await whenEnded(tasks, own, key, exchange, delivery) : task);
    } finally {
      delivery.close();
    }
  });

/** Resolves with the task when it has ended, and meanwhile delivers its questions. */
function whenEnded(
  tasks: Tasks,
  own: TaskAccess,
  key: TaskKey,
  exchange: Exchange,
  delivery: QuestionDelivery,
): Promise<TaskRecord> {
  let stop = (): void => {};
  const end = new Promise<TaskRecord>((resolve, reject) => {
    const follower = {
      changed: (task: TaskRecord) => (isOpen(task) ? delivery.offer(task.inputRequests) : resolve(task)),
      gone: () => reject(new McpError(ErrorCode.InvalidParams, 'The task has expired')),
      failed: reject,
    };
    stop = tasks.follow(key.principal, [key.id], 'legacy', follower, own.admits(exchange));
    exchange.onCancel((reason) => reject(new CancelledError(reason)));
  });
  return end.finally(() => stop());
}

/** @throws {McpError} the error of the tool call, if it failed with a JSON-RPC error */
function outcomeOf({ id, status, result, error }: TaskRecord): JsonObject {
  if (result) {
    const meta = isObject(result._meta) ? result._meta : {};
    return { ...result, _meta: { ...meta, [RELATED_TASK]: { taskId: id } } };
  }
  const { code, message, data } = error ?? { code: ErrorCode.InternalError, message: `The task is ${status}` };
  throw new McpError(code, message, { data });
}

/** Sends a task's questions to the client of one `tasks/result`, and stores its answers in the task. */
class QuestionDelivery {
  /** Withdraws a question when it is answered elsewhere: several requests may wait for one task. */
  readonly #withdrawals = new Map<string, () => void>();

  constructor(
    private readonly key: TaskKey,
    private readonly exchange: Exchange,
    private readonly tasks: Tasks,
    private readonly pending: PendingRequests,
    private readonly timeoutMs: number,
  ) {}

  offer(questions: Readonly<Record<string, InputRequest>>): void {
    for (const [name, withdraw] of this.#withdrawals) if (!Object.hasOwn(questions, name)) withdraw();
    for (const [name, question] of Object.entries(questions)) {
      if (this.#withdrawals.has(name)) continue;
      this.#withdrawals.set(name, () => {});
      // A failure is harmless: the question stays in the task, and the next `tasks/result` delivers it again.
      void this.#deliver(name, question).catch(() => this.#withdrawals.delete(name));
    }
  }

  close(): void {
    for (const withdraw of this.#withdrawals.values()) withdraw();
  }

  async #deliver(name: string, question: InputRequest): Promise<void> {
    const session = this.exchange.peer.session as SessionRecord;
    const { method, params } = inputRequestFor(question, session.revision as LegacyRevision);
    const id = randomUUID();
    const expected = await this.pending.expect(session, id, this.timeoutMs);
    this.#withdrawals.set(name, () => {
      expected.withdraw();
      this.#withdrawals.delete(name);
      this.exchange.outlet.notify({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: id, reason: 'it was answered elsewhere' },
      });
    });
    const _meta = { [RELATED_TASK]: { taskId: this.key.id } };
    if (!this.exchange.ask({ jsonrpc: '2.0', id, method, params: { ...params, _meta } })) return expected.withdraw();
    const { result, error } = await expected.response;
    this.#withdrawals.set(name, () => {});
    await this.tasks.answer(this.key, { [name]: error ? { refused: error.message } : { value: result } });
  }
}

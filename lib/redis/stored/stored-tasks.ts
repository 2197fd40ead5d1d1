import { StorageLimitError } from '../../session/storage-limit.js';
import { taskKeyText } from '../../task/task-id.js';
import { isOpen, type TaskKey, type TaskRecord, type TaskSpec } from '../../task/task-record.js';
import type { StoredLedger } from './stored-ledger.js';

/** What a task costs beside its values, bytes. */
const TASK_BYTES = 1024;

/** A change that is not larger is stored in any case, so that a task can always end, bytes. */
const SMALL_BYTES = 4096;

/** The tasks in the account. */
export class StoredTasks {
  constructor(private readonly ledger: StoredLedger) {}

  /** @throws {StorageLimitError} if there is no room for the task */
  async admit(spec: TaskSpec, texts: readonly (string | number)[]): Promise<void> {
    const client = spec.caller.client ?? spec.principal;
    this.ledger.remember(spec, client);
    await this.ledger.admit(client, TASK_BYTES + sizeOf(texts));
  }

  /** @throws {StorageLimitError} if a task must not grow by so much */
  requireRoom(key: TaskKey, texts: readonly (string | number)[]): void {
    const bytes = sizeOf(texts);
    if (bytes <= SMALL_BYTES) return;
    const client = this.ledger.clientOf(key);
    const refusal = this.ledger.refusal(client, bytes);
    if (refusal) throw new StorageLimitError(refusal);
    if (client !== undefined) this.ledger.charge(client, bytes);
  }

  /** @param fieldsAndValues everything that is stored of the task now */
  changed(task: TaskRecord, fieldsAndValues: readonly string[]): void {
    const client = task.caller.client ?? task.principal;
    this.ledger.remember(task, client);
    const ttlMs = Math.max(1, task.createdAt + task.ttlMs - task.updatedAt);
    const bytes = TASK_BYTES + sizeOf(fieldsAndValues.filter((_, i) => !isCheckpoint(fieldsAndValues[i - (i % 2)]!)));
    this.ledger.note(`t${taskKeyText(task)}`, { client, bytes, at: task.updatedAt, ttlMs });
    const checkpoint = sizeOf(fieldsAndValues) - (bytes - TASK_BYTES);
    if (checkpoint > 0) this.checkpointed(task, checkpoint, ttlMs);
    else if (!isOpen(task)) this.ledger.gone(`k${taskKeyText(task)}`);
  }

  /** @param bytes of the whole checkpoint, which is an item of its own because it changes without the task */
  checkpointed(key: TaskKey, bytes: number, ttlMs: number): void {
    const client = this.ledger.clientOf(key) ?? '';
    this.ledger.note(`k${taskKeyText(key)}`, { client, bytes, at: 0, ttlMs });
  }
}

const isCheckpoint = (field: string): boolean => /^k[as]:/.test(field);

function sizeOf(texts: readonly (string | number)[]): number {
  let bytes = 0;
  for (const text of texts) bytes += typeof text === 'string' ? Buffer.byteLength(text) : 8;
  return bytes;
}

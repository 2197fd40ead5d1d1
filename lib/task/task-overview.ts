import type { TaskRecord } from './task-record.js';

/**
 * What a page shows of a task: the record without what may be large.
 *
 * @publicApi
 */
export interface TaskOverview extends Pick<
  TaskRecord,
  | 'principal'
  | 'id'
  | 'tool'
  | 'caller'
  | 'ttlMs'
  | 'status'
  | 'statusMessage'
  | 'createdAt'
  | 'updatedAt'
  | 'fence'
  | 'orphaned'
> {
  /** The number of outstanding questions. */
  readonly questions: number;
}

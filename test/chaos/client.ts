import type { Received } from './ledger.js';

/** One client of the fleet, as its crowd sees it. */
export interface ChaosClient {
  readonly session: string;
  readonly received: readonly Received[];
  readonly connections: number;
  /** Answers to a GET that were no stream, by status; -1 for bytes that were no proper stream. */
  readonly refusals: Readonly<Record<number, number>>;
  /** From the kill of the instance it was connected to until the first event of another one, ms. */
  readonly resumes: readonly number[];

  /** Breaks its connection. @param part of what comes next that still arrives */
  drop(part: number): void;
  stop(): Promise<void>;
}

import type { Received } from './history-check.js';

/** One client of the fleet, as its crowd uses it. */
export interface ChaosClient {
  readonly session: string;
  readonly received: readonly Received[];
  readonly connections: number;
  /** Responses to a GET that were not a stream, by status; -1 counts malformed streams. */
  readonly refusals: Readonly<Record<number, number>>;
  /** Times from the kill of its instance until the first event of another one, ms. */
  readonly resumes: readonly number[];

  /** Breaks its connection. @param part the part of the next bytes that still arrives */
  drop(part: number): void;
  stop(): Promise<void>;
}

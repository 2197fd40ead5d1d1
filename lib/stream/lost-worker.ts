import { ErrorCode } from '../protocol/errors.js';
import type { RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import type { EventLog } from './event-log.js';

export interface LostWorkerWatch {
  readonly log: EventLog;
  readonly session: SessionKey;
  /** Of a POST, on which somebody waits. */
  readonly stream: string;
  /** Time without a sign of life after which an instance counts as lost, ms. */
  readonly instanceTtlMs: number;
  readonly report: (error: unknown) => void;
}

/** Of `instanceTtlMs`: longer than the third of it at which signs of life are given, so that two looks see two of them. */
const PACE = 0.4;

/**
 * Sees to it that requests end although their instance was killed: whoever waits for the answer on another instance
 * writes an error in its place (P6). Only once an instance was found dead twice: when Redis was away all of them look
 * dead for a moment. Should it live after all, one of the two answers is the final one and the other is refused (F17).
 *
 * @returns what ends the watch
 */
export function watchForLostWorker({ log, session, stream, instanceTtlMs, report }: LostWorkerWatch): () => void {
  let suspected = false;
  const look = async (): Promise<void> => {
    const requests = await log.orphanedRequests(session, stream);
    if (suspected && requests.length > 0) await answerFor(requests, log, session, stream);
    suspected = requests.length > 0;
  };
  const lookOrTell = (): void =>
    void look().catch((error: unknown) => {
      suspected = false;
      report(error);
    });
  lookOrTell();
  const timer = setInterval(lookOrTell, Math.ceil(instanceTtlMs * PACE)).unref();
  return () => clearInterval(timer);
}

async function answerFor(requests: readonly RequestId[], log: EventLog, session: SessionKey, stream: string) {
  for (const [i, id] of requests.entries()) {
    await log.append(session, stream, lostWorkerAnswer(id), { final: i === requests.length - 1 });
  }
}

const lostWorkerAnswer = (id: RequestId): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: {
      code: ErrorCode.InternalError,
      message: 'The instance that worked on this request was lost before it answered',
    },
  });

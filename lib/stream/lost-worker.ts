import { ErrorCode } from '../protocol/errors.js';
import type { RequestId } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import type { EventLog } from './event-log.js';

export interface LostWorkerWatch {
  readonly log: EventLog;
  readonly session: SessionKey;
  /** The stream of a POST whose response somebody waits for. */
  readonly stream: string;
  /** Time without a heartbeat after which an instance counts as lost, ms. */
  readonly instanceTtlMs: number;
  readonly report: (error: unknown) => void;
}

/**
 * Time between two checks, as a fraction of `instanceTtlMs`. Heartbeats are sent every third of it; this is longer, so
 * that two checks see two different heartbeats.
 */
const CHECK_INTERVAL = 0.4;

/**
 * Ends requests whose instance was killed: an instance that waits for the response writes an error in its place (P6).
 * It does so only after it has found the other instance dead twice, because all instances look dead for a moment after
 * Redis was unreachable. If the other instance is alive after all, one of the two responses becomes the final message
 * and the log refuses the other (F17).
 *
 * @returns a function that stops the watch
 */
export function watchForLostWorker({ log, session, stream, instanceTtlMs, report }: LostWorkerWatch): () => void {
  let suspected = false;
  const check = async (): Promise<void> => {
    const requests = await log.orphanedRequests(session, stream);
    if (suspected && requests.length > 0) await answerFor(requests, log, session, stream);
    suspected = requests.length > 0;
  };
  const checkAndReport = (): void =>
    void check().catch((error: unknown) => {
      suspected = false;
      report(error);
    });
  checkAndReport();
  const timer = setInterval(checkAndReport, Math.ceil(instanceTtlMs * CHECK_INTERVAL)).unref();
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

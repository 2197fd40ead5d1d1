import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey } from '../../session/session-record.js';
import { StorageLimitError } from '../../session/storage-limit.js';
import type { StoredLedger } from './stored-ledger.js';

/** What a stream costs beside its messages, and by how much its log may grow without a report, bytes. */
const STREAM_BYTES = 1024;
/** The same for a log that is not small; the append script says it, too. */
const LARGE_STREAM_BYTES = 8192;
const LARGE_BYTES = 15 * 1024;
/** What is kept of each stream for which there is no room, bytes. Its newest message is kept in any case. */
const LEAST_HISTORY_BYTES = 16_384;
/** How long a response is kept that was delivered, ms; the script that releases a stream says it, too. */
const DELIVERED_TTL_MS = 30_000;

interface Lifetimes {
  readonly maxHistoryBytes: number;
  readonly historyTtlMs: number;
  readonly resultTtlMs: number;
}

/** The streams of sessions in the account: for each one its log, and its kept response. */
export class StoredStreams {
  constructor(
    private readonly ledger: StoredLedger,
    private readonly limits: Lifetimes,
  ) {}

  /**
   * Called before a stream begins.
   *
   * @throws {StorageLimitError} if there is no room for one, as far as is known
   */
  requireRoom(session: SessionKey): void {
    const refusal = this.ledger.refusal(this.ledger.clientOf(session), STREAM_BYTES);
    if (refusal) throw new StorageLimitError(refusal);
  }

  /** The bytes that may be kept of a stream: few when there is no room, which its readers are told by gaps. */
  maxHistoryBytes(session: SessionKey, messages: readonly { readonly data: string }[]): number {
    const client = this.ledger.clientOf(session);
    let bytes = 0;
    for (const { data } of messages) bytes += data.length;
    const { maxHistoryBytes } = this.limits;
    if (this.ledger.refusal(client, bytes)) return Math.min(maxHistoryBytes, LEAST_HISTORY_BYTES);
    if (client !== undefined) this.ledger.charge(client, bytes);
    return maxHistoryBytes;
  }

  /** @param amount what the append script says about a log that has changed: `bytes now client` */
  appended(
    session: SessionKey,
    stream: string,
    messages: readonly { readonly data: string; readonly final: boolean }[],
    amount: string,
  ): void {
    const [, bytes, now, known] = /^(\d+) (\d+) (.*)$/s.exec(amount)!;
    const client = known || (this.ledger.clientOf(session) ?? '');
    // The log is reported at least four times while it lives.
    const unreported = Number(bytes) < LARGE_BYTES ? STREAM_BYTES : LARGE_STREAM_BYTES;
    const log = { client, bytes: Number(bytes) + unreported, at: Number(now) };
    this.ledger.note(logOf(session, stream), { ...log, ttlMs: Math.ceil(this.limits.historyTtlMs * 1.25) });
    const final = messages.find((message) => message.final);
    if (!final) return;
    const result = { ...log, bytes: Buffer.byteLength(final.data), ttlMs: this.limits.resultTtlMs };
    this.ledger.note(resultOf(session, stream), result);
  }

  delivered(session: SessionKey, stream: string): void {
    this.ledger.shorten(logOf(session, stream), DELIVERED_TTL_MS);
    this.ledger.shorten(resultOf(session, stream), DELIVERED_TTL_MS);
  }
}

export const logOf = (session: SessionKey, stream: string): string => `l${sessionKeyText(session)} ${stream}`;

export const resultOf = (session: SessionKey, stream: string): string => `r${sessionKeyText(session)} ${stream}`;

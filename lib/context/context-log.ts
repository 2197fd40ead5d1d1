import { passes, type LogLevel } from '../protocol/log-levels.js';
import type { Exchange } from '../exchange/exchange.js';

/** Without `logging/setLevel` a legacy server decides what it sends (§2.4). */
const LEGACY_DEFAULT: LogLevel = 'info';

/**
 * Log lines for the client, as `notifications/message` on the stream of this request. Modern clients get only what they
 * asked for in the request; keep secrets and personal data out of it (Z-13).
 */
export class ContextLog {
  constructor(
    private readonly exchange: Exchange,
    private readonly logger: string | undefined,
  ) {}

  debug = (data: unknown): void => this.log('debug', data);
  info = (data: unknown): void => this.log('info', data);
  notice = (data: unknown): void => this.log('notice', data);
  warning = (data: unknown): void => this.log('warning', data);
  error = (data: unknown): void => this.log('error', data);

  /** @param data any JSON value */
  log(level: LogLevel, data: unknown): void {
    const { era, logLevel } = this.exchange.peer;
    if (era === 'modern' && logLevel === undefined) return;
    if (!passes(level, logLevel ?? LEGACY_DEFAULT)) return;
    const params = this.logger === undefined ? { level, data } : { level, logger: this.logger, data };
    this.exchange.notify({ jsonrpc: '2.0', method: 'notifications/message', params });
  }
}

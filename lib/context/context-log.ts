import { passes, type LogLevel } from '../protocol/log-levels.js';
import type { Exchange } from '../exchange/exchange.js';

/** A legacy server chooses the level until the client sends `logging/setLevel` (§2.4). */
const LEGACY_DEFAULT: LogLevel = 'info';

/**
 * Sends log messages to the client, as `notifications/message` on the stream of this request. A modern client only gets
 * the level it asked for in the request. A legacy client gets `info` and above until it sets a level. Do not log
 * secrets or personal data (Z-13).
 *
 * @publicApi
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

  /**
   * Sends a message of the given level.
   *
   * @param data any JSON value
   */
  log(level: LogLevel, data: unknown): void {
    const { era, logLevel } = this.exchange.peer;
    if (era === 'modern' && logLevel === undefined) return;
    if (!passes(level, logLevel ?? LEGACY_DEFAULT)) return;
    const params = this.logger === undefined ? { level, data } : { level, logger: this.logger, data };
    this.exchange.notify({ jsonrpc: '2.0', method: 'notifications/message', params });
  }
}

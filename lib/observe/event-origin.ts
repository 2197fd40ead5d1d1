/**
 * What every event says of its origin.
 *
 * @publicApi
 */
export interface McpEventOrigin {
  /** When it happened, in ms since the epoch, by the clock of the instance. */
  readonly at: number;
  /** The instance: the option `audit.instance`. */
  readonly instance: string;
  /** The name of the server. `undefined` for the default server. */
  readonly server?: string;
}

import { invalid, requireMembers } from './invalid-option.js';

/**
 * What OpenTelemetry gets of a server, where the package `@opentelemetry/api` is installed. Without an SDK, which the
 * application registers before it starts, that goes nowhere.
 *
 * @publicApi
 */
export interface McpTelemetryOptions {
  /** Make spans of requests, of questions to clients, and of their answers. Default: `true`. */
  readonly traces?: boolean;
  /** Make metrics. Default: `true`. */
  readonly metrics?: boolean;
  /**
   * Spans have the arguments of calls: what their schema declares and `@McpSecret()` does not mark. Default: `false`, as
   * arguments may hold personal data.
   */
  readonly arguments?: boolean;
  /**
   * Spans have the results of tools: structured content in the same way, and otherwise the beginnings of texts. Default:
   * `false`, as results may hold personal data.
   */
  readonly results?: boolean;
}

const NOTHING: Required<McpTelemetryOptions> = { traces: false, metrics: false, arguments: false, results: false };

/** @param given `false` for nothing at all */
export const telemetryOptions = (given: McpTelemetryOptions | false = {}): Required<McpTelemetryOptions> =>
  given === false
    ? NOTHING
    : {
        traces: given.traces ?? true,
        metrics: given.metrics ?? true,
        arguments: given.arguments ?? false,
        results: given.results ?? false,
      };

/** @throws {McpOptionsError} */
export function checkTelemetry(given: McpTelemetryOptions | false | undefined): void {
  if (given === undefined || given === false) return;
  requireMembers('telemetry', given, ['traces', 'metrics', 'arguments', 'results']);
  for (const [name, value] of Object.entries(telemetryOptions(given))) {
    if (typeof value !== 'boolean') throw invalid(`telemetry.${name}`, 'must be true or false');
  }
}

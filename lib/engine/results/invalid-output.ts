import type { Exchange } from '../../exchange/exchange.js';
import { replacementAdvice } from '../../pipeline/replacement.js';

/**
 * A method returned something that its `output` schema or JSON does not allow: a fault of the server, reported as
 * such (U-7).
 */
export class InvalidOutputError extends Error {
  override readonly name = 'InvalidOutputError';
}

/** Says who replaced the method's result, where that is why it does not fit. */
export function withAdvice(error: unknown, exchange: Exchange): unknown {
  const advice = error instanceof InvalidOutputError ? replacementAdvice(exchange) : undefined;
  return advice === undefined
    ? error
    : new InvalidOutputError(`${(error as Error).message}. ${advice}`, { cause: error });
}

import type { Exchange } from '../exchange/exchange.js';

/** What an enhancer answered in place of the method's result. */
export interface Replacement {
  readonly kind: 'interceptor' | 'global interceptor' | 'filter';
  /** The name of its class. */
  readonly name: string;
  readonly value: unknown;
}

const replacements = new WeakMap<Exchange, Replacement>();

export const noteReplacement = (exchange: Exchange, replacement: Replacement): void => {
  replacements.set(exchange, replacement);
};

/** A sentence for the log that says who replaced the result, by what, and what to do; `undefined` if nobody did. */
export function replacementAdvice(exchange: Exchange): string | undefined {
  const replacement = replacements.get(exchange);
  if (!replacement) return undefined;
  const { kind, name, value } = replacement;
  const cure =
    kind === 'filter'
      ? 'Let it throw an error, or return a value that fits'
      : kind === 'interceptor'
        ? 'Let it return what the method returned'
        : `Let it step aside with "if (context.getType() === 'mcp') return next.handle()", or leave it out with ` +
          `globalEnhancers: { interceptors: { except: [${name}] } }`;
  return `The ${kind} ${name} replaced what the method returned by ${shapeOf(value)}. ${cure}.`;
}

/** Without the values, which may be secrets. */
function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : `a value of type ${typeof value}`;
  return `{ ${Object.keys(value).join(', ')} }`;
}

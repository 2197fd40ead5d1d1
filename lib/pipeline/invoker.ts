import type { Logger } from '@nestjs/common';
import { McpContext } from '../context/mcp-context.js';
import { CancelledError, type Exchange } from '../exchange/exchange.js';
import { maskUnexpected } from '../exchange/failure.js';
import type { CompiledSchema } from '../schema/index.js';
import { Call } from './call.js';
import { CallResponse } from './call-response.js';
import type { HandlerPipeline } from './handler-pipeline.js';
import type { HandlerHost, HandlerPipelines } from './handler-pipelines.js';

/**
 * Calls a primitive's method through its guards, interceptors, pipes and filters.
 *
 * @returns what it returned, or a promise if anything of this had to wait
 */
export type Invoke = (ctx: McpContext, raw: unknown) => unknown;

/** Compiles methods into `Invoke` functions. */
export class Invoker {
  constructor(
    private readonly pipelines: HandlerPipelines,
    private readonly logger: Logger,
  ) {}

  /** @param declaredBy the name of the method, for the log */
  compile(host: HandlerHost, schema: CompiledSchema | undefined, declaredBy: string): Invoke {
    // A function may be registered before the application's global enhancers are known, so its pipeline is built when
    // it is first called.
    let pipeline = host.callback ? undefined : this.pipelines.shared(host);
    const { route } = host;
    const run = (ctx: McpContext, raw: unknown, exchange: Exchange): unknown => {
      const { peer } = exchange;
      const request = route ? route.request(peer.request, raw) : peer.request;
      const response = route ? route.response() : new CallResponse(peer.response);
      const call = new Call(ctx, raw, schema);
      const finish = (result: unknown): unknown =>
        call.inputRequired ?? (route ? route.result(result, response) : result);
      const callBy = (handle: HandlerPipeline): unknown => {
        const result = handle(request, response, call);
        return result instanceof Promise ? result.then(finish) : finish(result);
      };
      pipeline ??= this.pipelines.shared(host);
      return pipeline ? callBy(pipeline) : this.pipelines.forCall(host, ctx, route && request).then(callBy);
    };
    const masked = (error: unknown): unknown =>
      maskUnexpected(route ? route.failure(error) : error, this.logger, declaredBy);
    return (ctx, raw) => {
      const exchange = McpContext.exchangeOf(ctx);
      try {
        const running = run(ctx, raw, exchange);
        return running instanceof Promise ? untilCancelled(exchange, running, masked) : running;
      } catch (error) {
        throw masked(error);
      }
    };
  }
}

/**
 * Rejects when the request is cancelled, so that nothing waits for a method that ignores its signal. Its result is
 * dropped.
 */
const untilCancelled = (
  exchange: Exchange,
  work: Promise<unknown>,
  masked: (error: unknown) => unknown,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    exchange.onCancel((reason) => reject(new CancelledError(reason)));
    work.then(resolve, (error: unknown) => {
      // Of a cancelled call nothing is reported any more.
      if (!exchange.cancelled) reject(masked(error));
    });
  });

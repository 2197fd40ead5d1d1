import type { Logger } from '@nestjs/common';
import { McpContext } from '../context/mcp-context.js';
import { CancelledError, type Exchange } from '../exchange/exchange.js';
import { maskUnexpected } from '../exchange/failure.js';
import type { CompiledSchema } from '../schema/index.js';
import { Call } from './call.js';
import { CallResponse } from './call-response.js';
import type { HandlerHost, HandlerPipelines } from './handler-pipelines.js';

/** Calls a primitive's method through its guards, interceptors, pipes and filters. */
export type Invoke = (ctx: McpContext, raw: unknown) => Promise<unknown>;

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
    const run = async (ctx: McpContext, raw: unknown): Promise<unknown> => {
      const peer = McpContext.exchangeOf(ctx).peer;
      const request = route ? route.request(peer.request, raw) : peer.request;
      const response = route ? route.response() : new CallResponse(peer.response);
      const own = route && request;
      const handle = (pipeline ??= this.pipelines.shared(host)) ?? (await this.pipelines.forCall(host, ctx, own));
      const call = new Call(ctx, raw, schema);
      const result = await handle(request, response, call);
      return call.inputRequired ?? (route ? route.result(result, response) : result);
    };
    return async (ctx, raw) => {
      try {
        return await untilCancelled(McpContext.exchangeOf(ctx), run(ctx, raw));
      } catch (error) {
        throw maskUnexpected(route ? route.failure(error) : error, this.logger, declaredBy);
      }
    };
  }
}

/**
 * Rejects when the request is cancelled, so that nothing waits for a method that ignores its signal. Its result is
 * dropped.
 */
const untilCancelled = (exchange: Exchange, work: Promise<unknown>): Promise<unknown> =>
  new Promise((resolve, reject) => {
    exchange.onCancel((reason) => reject(new CancelledError(reason)));
    work.then(resolve, reject);
  });

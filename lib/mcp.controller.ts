import { Delete, Get, HttpCode, Inject, Next, Post, Req, Res } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { SseEvent } from './transport/http/sse/sse-event.js';
import { HttpMount } from './transport/http/mount/http-mount.js';

/**
 * The endpoint as a controller of the application. The module registers it at the option `path`; what the application
 * does with its routes applies to it: the global prefix, versions, middleware, guards, interceptors and filters.
 *
 * Extend it to place decorators of your own on it, and give the class to the module as `controller`. A guard or
 * interceptor on it needs its dependencies from a global module, or from the option `imports`.
 *
 * @example
 * ```ts
 * @Controller('agents')
 * @UseGuards(JwtGuard)
 * class Agents extends McpController {}
 *
 * McpModule.forRoot({ name: 'weather', version: '1.0.0', controller: Agents });
 * ```
 *
 * @publicApi
 */
export class McpController {
  @Inject(HttpMount) private readonly mount!: HttpMount;

  /** Serves a message of a client. The response is written to `response`, as JSON or as an event stream. */
  @Post()
  @HttpCode(200)
  post(@Req() request: object, @Res() response: object, @Next() next?: () => void): Promise<void> {
    return this.mount.serve(request, response, next);
  }

  /**
   * Serves the event stream of a session.
   *
   * @returns the events, each after it was written to `response`; subscribing opens the stream, and unsubscribing ends it
   */
  @Get()
  get(@Req() request: object, @Res() response: object, @Next() next?: () => void): Observable<SseEvent> {
    return this.mount.stream(request, response, next);
  }

  /** Ends a session. */
  @Delete()
  @HttpCode(204)
  delete(@Req() request: object, @Res() response: object, @Next() next?: () => void): Promise<void> {
    return this.mount.serve(request, response, next);
  }
}

import type { Logger } from '@nestjs/common';
import type { Dispatcher } from '../../engine/dispatcher.js';
import { CapacityError, ErrorCode, McpError } from '../../protocol/errors.js';
import { JsonRefused, parseJson } from '../../protocol/json.js';
import { looksModern } from '../../protocol/revisions.js';
import type { Principal } from '../../session/principal.js';
import type { PrincipalResolver } from '../../session/principal-resolver.js';
import { grantOrigin, preflightHeaders } from './cors.js';
import { headerOf, sendJson, type HttpContext } from './http-context.js';
import { classifyPost, type ClassifiedPost } from './classify-post.js';
import type { DeleteHandler } from './legacy/delete-handler.js';
import type { PostHandler } from './legacy/post-handler.js';
import type { ModernHandler } from './modern/modern-handler.js';
import type { OriginPolicy } from './origin-policy.js';
import { refusePrincipal } from './refuse-principal.js';
import { refuse } from './refuse.js';
import { retryAfter } from './retry-after.js';
import type { GetHandler } from './legacy/get-handler.js';

const ALLOW = { allow: 'GET, POST, DELETE, OPTIONS' };

/** The one door of the server over HTTP: every request of every client of both eras comes in here. */
export class HttpEndpoint {
  constructor(
    private readonly policy: OriginPolicy,
    private readonly principals: PrincipalResolver,
    private readonly dispatcher: Dispatcher,
    private readonly modern: ModernHandler,
    private readonly posts: PostHandler,
    private readonly gets: GetHandler,
    private readonly deletes: DeleteHandler,
    private readonly maxJsonDepth: number,
    private readonly logger: Logger,
  ) {}

  /** Answers the call, whatever happens; never rejects. */
  async handle(call: HttpContext): Promise<void> {
    try {
      await this.#handle(call);
    } catch (error) {
      // Not logged: whoever lost the backend tells of it once, not at each request.
      if (error instanceof CapacityError) return refuse(call, 503, error, undefined, retryAfter('backendUnavailable'));
      this.logger.error('A request failed outside of any method', error instanceof Error ? error.stack : String(error));
      if (call.response.headersSent) call.response.destroy();
      else refuse(call, 500, new McpError(ErrorCode.InternalError, 'Internal error'));
    }
  }

  async #handle(call: HttpContext): Promise<void> {
    if (!this.policy.allowsHost(headerOf(call, 'host'))) return this.#forbid(call, 'Host');
    if (!this.policy.allowsOrigin(headerOf(call, 'origin'))) return this.#forbid(call, 'Origin');
    grantOrigin(call);
    if (call.verb === 'OPTIONS') return sendJson(call, 204, undefined, preflightHeaders(call));
    if (call.verb !== 'POST' && call.verb !== 'GET' && call.verb !== 'DELETE')
      return sendJson(call, 405, undefined, ALLOW);

    let principal: Principal | undefined;
    try {
      const resolved = this.principals.resolve({ headers: call.headers, http: call.request });
      principal = resolved instanceof Promise ? await resolved : resolved;
    } catch (error) {
      return refusePrincipal(call, error);
    }
    if (call.verb === 'POST') return this.#post(call, principal);
    // A modern client has no business here; with a session id it is a legacy one with a proxy's header.
    const version = headerOf(call, 'mcp-protocol-version');
    if (version !== undefined && looksModern(version) && headerOf(call, 'mcp-session-id') === undefined) {
      return sendJson(call, 405, undefined, { allow: 'POST, OPTIONS' });
    }
    return call.verb === 'GET' ? this.gets.get(call, principal) : this.deletes.delete(call, principal);
  }

  async #post(call: HttpContext, principal: Principal | undefined): Promise<void> {
    const type = headerOf(call, 'content-type');
    if (type?.split(';', 1)[0]!.trim().toLowerCase() !== 'application/json') {
      return refuse(call, 415, new McpError(ErrorCode.InvalidRequest, 'Content-Type must be application/json'));
    }
    if (call.body === 'too-large') {
      return refuse(call, 413, new McpError(ErrorCode.InvalidRequest, 'The body is too large'));
    }
    let body: unknown;
    try {
      body = parseJson(call.body ?? Buffer.alloc(0), this.maxJsonDepth);
    } catch (error) {
      if (!(error instanceof JsonRefused)) throw error;
      return refuse(call, 400, new McpError(ErrorCode.ParseError, `Parse error: ${error.message}`));
    }
    return this.#serve(call, this.#classify(call, body), principal);
  }

  #classify(call: HttpContext, body: unknown): ClassifiedPost {
    return classifyPost({
      body,
      header: (name) => headerOf(call, name),
      modernOnly: (method) => this.dispatcher.knows('modern', method) && !this.dispatcher.knows('legacy', method),
    });
  }

  #serve(call: HttpContext, decision: ClassifiedPost, principal: Principal | undefined): void | Promise<void> {
    switch (decision.kind) {
      case 'modern':
        return this.modern.handle(call, decision.request, decision.envelope, principal);
      case 'modern-notification':
        return sendJson(call, 202);
      case 'initialize':
        return this.posts.initialize(call, decision.request, principal);
      case 'legacy':
        return this.posts.post(call, [decision.message], false, principal);
      case 'legacy-batch':
        return this.posts.post(call, decision.messages, true, principal);
      case 'rejected':
        return refuse(call, decision.status, decision.error, decision.id);
    }
  }

  #forbid(call: HttpContext, header: 'Host' | 'Origin'): void {
    const option = header === 'Host' ? 'allowedHosts' : 'allowedOrigins';
    const message = `${header} is not allowed. The server's operator can list it in the option ${option}.`;
    refuse(call, 403, new McpError(ErrorCode.InvalidRequest, message));
  }
}

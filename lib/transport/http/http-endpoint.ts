import type { Logger } from '@nestjs/common';
import type { Dispatcher } from '../../engine/dispatcher.js';
import { CapacityError, ErrorCode, McpError } from '../../protocol/errors.js';
import { JsonRefused, parseJson } from '../../protocol/json.js';
import { looksModern } from '../../protocol/revisions.js';
import type { Principal } from '../../session/principal.js';
import type { PrincipalResolver } from '../../session/principal-resolver.js';
import { grantOrigin, preflightHeaders } from './cors.js';
import { headerOf, sendJson, type HttpContext } from './http-context.js';
import type { ClassifiedPost } from './classified-post.js';
import { classifyPost } from './classify-post.js';
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
  async handle(http: HttpContext): Promise<void> {
    try {
      await this.#handle(http);
    } catch (error) {
      // Not logged: whoever lost the backend tells of it once, not at each request.
      if (error instanceof CapacityError) return refuse(http, 503, error, undefined, retryAfter('backendUnavailable'));
      this.logger.error('A request failed outside of any method', error instanceof Error ? error.stack : String(error));
      if (http.response.headersSent) http.response.destroy();
      else refuse(http, 500, new McpError(ErrorCode.InternalError, 'Internal error'));
    }
  }

  async #handle(http: HttpContext): Promise<void> {
    if (!this.policy.allowsHost(headerOf(http, 'host'))) return this.#forbid(http, 'Host');
    if (!this.policy.allowsOrigin(headerOf(http, 'origin'))) return this.#forbid(http, 'Origin');
    grantOrigin(http);
    if (http.verb === 'OPTIONS') return sendJson(http, 204, undefined, preflightHeaders(http));
    if (http.verb !== 'POST' && http.verb !== 'GET' && http.verb !== 'DELETE')
      return sendJson(http, 405, undefined, ALLOW);

    let principal: Principal | undefined;
    try {
      const resolved = this.principals.resolve({ headers: http.headers, http: http.request });
      principal = resolved instanceof Promise ? await resolved : resolved;
    } catch (error) {
      return refusePrincipal(http, error);
    }
    if (http.verb === 'POST') return this.#post(http, principal);
    // A modern client has no business here; with a session id it is a legacy one with a proxy's header.
    const version = headerOf(http, 'mcp-protocol-version');
    if (version !== undefined && looksModern(version) && headerOf(http, 'mcp-session-id') === undefined) {
      return sendJson(http, 405, undefined, { allow: 'POST, OPTIONS' });
    }
    return http.verb === 'GET' ? this.gets.get(http, principal) : this.deletes.delete(http, principal);
  }

  async #post(http: HttpContext, principal: Principal | undefined): Promise<void> {
    const type = headerOf(http, 'content-type');
    if (type?.split(';', 1)[0]!.trim().toLowerCase() !== 'application/json') {
      return refuse(http, 415, new McpError(ErrorCode.InvalidRequest, 'Content-Type must be application/json'));
    }
    if (http.body === 'too-large') {
      return refuse(http, 413, new McpError(ErrorCode.InvalidRequest, 'The body is too large'));
    }
    let body: unknown;
    try {
      body = parseJson(http.body ?? Buffer.alloc(0), this.maxJsonDepth);
    } catch (error) {
      if (!(error instanceof JsonRefused)) throw error;
      return refuse(http, 400, new McpError(ErrorCode.ParseError, `Parse error: ${error.message}`));
    }
    return this.#serve(http, this.#classify(http, body), principal);
  }

  #classify(http: HttpContext, body: unknown): ClassifiedPost {
    return classifyPost({
      body,
      header: (name) => headerOf(http, name),
      modernOnly: (method) => this.dispatcher.knows('modern', method) && !this.dispatcher.knows('legacy', method),
    });
  }

  #serve(http: HttpContext, decision: ClassifiedPost, principal: Principal | undefined): void | Promise<void> {
    switch (decision.kind) {
      case 'modern':
        return this.modern.handle(http, decision.request, decision.envelope, principal);
      case 'modern-notification':
        return sendJson(http, 202);
      case 'initialize':
        return this.posts.initialize(http, decision.request, principal);
      case 'legacy':
        return this.posts.post(http, [decision.message], false, principal);
      case 'legacy-batch':
        return this.posts.post(http, decision.messages, true, principal);
      case 'rejected':
        return refuse(http, decision.status, decision.error, decision.id);
    }
  }

  #forbid(http: HttpContext, header: 'Host' | 'Origin'): void {
    const option = header === 'Host' ? 'allowedHosts' : 'allowedOrigins';
    const message = `${header} is not allowed. The server's operator can list it in the option ${option}.`;
    refuse(http, 403, new McpError(ErrorCode.InvalidRequest, message));
  }
}

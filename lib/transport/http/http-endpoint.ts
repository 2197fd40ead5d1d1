import { inspect } from 'node:util';
import type { Logger } from '@nestjs/common';
import type { Dispatcher } from '../../engine/dispatcher.js';
import { Turns } from '../../limits/turns.js';
import { CapacityError, ErrorCode, McpError } from '../../protocol/errors.js';
import { looksModern } from '../../protocol/revisions.js';
import { type Principal, principalId } from '../../session/principal.js';
import type { PrincipalResolver } from '../../session/principal-resolver.js';
import { provideUser } from '../../session/request-user.js';
import { grantOrigin, preflightHeaders } from './cors.js';
import { headerOf, sendJson, type HttpContext } from './http-context.js';
import type { DeleteHandler } from './legacy/delete-handler.js';
import type { GetHandler } from './legacy/get-handler.js';
import { type JsonLimits, type PostHandlers, PostRouter } from './post-router.js';
import { refuse, refuseBytes } from './refuse.js';
import { refusePrincipal } from './refuse-principal.js';
import { type ReceivedBody, RequestReceiver, type RequestReceiverParts } from './request-receiver.js';
import { retryAfter } from './retry-after.js';
import type { Welcome } from './welcome.js';

const ALLOW = { allow: 'GET, POST, DELETE, OPTIONS' };

export interface HttpLimits extends JsonLimits {
  readonly maxBodyBytes: number;
  readonly auth?: { readonly endStreamsOnExpiry?: boolean };
}

/** What the requests of both eras are handed to. */
export interface HttpHandlers extends PostHandlers {
  readonly gets: GetHandler;
  readonly deletes: DeleteHandler;
}

export interface HttpEndpointParts extends RequestReceiverParts {
  readonly principals: PrincipalResolver;
  readonly dispatcher: Dispatcher;
  readonly handlers: HttpHandlers;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  readonly report: (error: unknown) => void;
  /** Answers browsers. Default: nothing does, they are told what every other client is. */
  readonly welcome?: Welcome | undefined;
}

/** Where every HTTP request of every client of both eras arrives. */
export class HttpEndpoint {
  readonly #parts: HttpEndpointParts;
  readonly #receiver: RequestReceiver;
  readonly #posts: PostRouter;

  constructor(parts: HttpEndpointParts) {
    const turns = new Turns();
    this.#parts = parts;
    this.#receiver = new RequestReceiver(parts, turns);
    this.#posts = new PostRouter(parts.dispatcher, parts.handlers, parts.limits, turns);
  }

  /** Receives and serves a request, whatever happens; never rejects. */
  async handle(http: HttpContext): Promise<void> {
    const receiving = this.receive(http);
    const body = receiving instanceof Promise ? await receiving : receiving;
    const serving = body && this.serve(http, body);
    if (serving) await serving;
  }

  /** @see RequestReceiver#receive */
  receive(http: HttpContext): ReceivedBody | undefined | Promise<ReceivedBody | undefined> {
    return this.#receiver.receive(http);
  }

  /** Serves a request whose body was received; never throws or rejects. */
  serve(http: HttpContext, body: ReceivedBody): void | Promise<void> {
    const end = (): void => body.account.close();
    const fail = (error: unknown): void => {
      try {
        this.#fail(http, error);
      } finally {
        end();
      }
    };
    try {
      const serving = this.#serve(http, body);
      return serving ? serving.then(end, fail) : end();
    } catch (error) {
      return fail(error);
    }
  }

  #fail(http: HttpContext, error: unknown): void {
    // Not logged here: the part that lost its backend reports that once, not at each request.
    if (error instanceof CapacityError) {
      return refuse(http, error.status, error, undefined, retryAfter('backendUnavailable'));
    }
    this.#parts.logger.error(
      'A request failed outside of any method',
      error instanceof Error ? error.stack : inspect(error),
    );
    if (http.response.headersSent) http.response.destroy();
    else refuse(http, 500, new McpError(ErrorCode.InternalError, 'Internal error'));
  }

  #serve(http: HttpContext, body: ReceivedBody): void | Promise<void> {
    grantOrigin(http);
    if (http.verb === 'OPTIONS') return sendJson(http, 204, undefined, preflightHeaders(http));
    if (http.verb !== 'POST' && http.verb !== 'GET' && http.verb !== 'DELETE')
      return sendJson(http, 405, undefined, ALLOW);

    const { principals, report, welcome } = this.#parts;
    if (http.verb === 'GET' && welcome?.answer(http)) return;
    let resolved;
    try {
      resolved = principals.resolve({ headers: http.headers, http: http.request });
    } catch (error) {
      return refusePrincipal(http, error, report);
    }
    if (!(resolved instanceof Promise)) return this.#serveTo(resolved, http, body);
    return resolved.then(
      (principal) => this.#serveTo(principal, http, body),
      (error: unknown) => refusePrincipal(http, error, report),
    );
  }

  #serveTo(principal: Principal | undefined, http: HttpContext, body: ReceivedBody): void | Promise<void> {
    http.principal = principal;
    if (principal) provideUser(http.request, principal);
    if (this.#parts.limits.auth?.endStreamsOnExpiry !== false) http.endsAt = principal?.expiresAt;
    const refusal = principal && body.account.moveTo(principalId(principal));
    if (refusal) return refuseBytes(http, refusal);
    if (http.verb === 'POST') return this.#posts.post(http, body);
    // A modern client uses POST alone; with a session id it is a legacy client behind a proxy that adds a header
    //
    const version = headerOf(http, 'mcp-protocol-version');
    if (version !== undefined && looksModern(version) && headerOf(http, 'mcp-session-id') === undefined) {
      return sendJson(http, 405, undefined, { allow: 'POST, OPTIONS' });
    }
    const { gets, deletes } = this.#parts.handlers;
    return http.verb === 'GET' ? gets.get(http) : deletes.delete(http);
  }
}

import type { Logger } from '@nestjs/common';
import type { Dispatcher } from '../../engine/dispatcher.js';
import type { ByteAccount, ByteBudget } from '../../limits/byte-budget.js';
import { SMALL_BYTES, Turns } from '../../limits/turns.js';
import type { Observer } from '../../observe/observer.js';
import { CapacityError, ErrorCode, McpError } from '../../protocol/errors.js';
import { JsonRefused, parseJson } from '../../protocol/json.js';
import { looksModern } from '../../protocol/revisions.js';
import { type Principal, principalId } from '../../session/principal.js';
import type { PrincipalResolver } from '../../session/principal-resolver.js';
import { provideUser } from '../../session/request-user.js';
import { classifyPost } from './classify-post.js';
import type { ClassifiedPost } from './classified-post.js';
import { grantOrigin, preflightHeaders } from './cors.js';
import { headerOf, sendJson, type HttpContext } from './http-context.js';
import { BODY_TOO_LARGE, CHUNKS_TOO_SMALL, judgeHead } from './judge-head.js';
import type { DeleteHandler } from './legacy/delete-handler.js';
import type { GetHandler } from './legacy/get-handler.js';
import type { PostHandler } from './legacy/post-handler.js';
import type { ModernHandler } from './modern/modern-handler.js';
import type { OriginPolicy } from './origin-policy.js';
import { closeWithConnection } from './pipelined.js';
import { type BodyRefusal, discardBody, readBody } from './read-body.js';
import { refuse, refuseBusy } from './refuse.js';
import { labelRequest } from './request-label.js';
import { refusePrincipal } from './refuse-principal.js';
import { retryAfter } from './retry-after.js';
import type { ChallengeWriter } from './step-up.js';
import type { Welcome } from './welcome.js';

const ALLOW = { allow: 'GET, POST, DELETE, OPTIONS' };

export interface HttpLimits {
  readonly maxBodyBytes: number;
  readonly maxJsonDepth: number;
  readonly maxJsonMembers: number;
  readonly auth?: { readonly endStreamsOnExpiry?: boolean };
}

/** What the requests of both eras are handed to. */
export interface HttpHandlers {
  readonly modern: ModernHandler;
  readonly posts: PostHandler;
  readonly gets: GetHandler;
  readonly deletes: DeleteHandler;
}

/** A body that was read, with the account that holds its bytes until the request is over. */
export interface ReceivedBody {
  /** Dropped once it is parsed: a request may be served for long, and need not be held twice. */
  bytes: Buffer | undefined;
  readonly account: ByteAccount;
}

export interface HttpEndpointParts {
  readonly policy: OriginPolicy;
  readonly principals: PrincipalResolver;
  readonly dispatcher: Dispatcher;
  readonly handlers: HttpHandlers;
  readonly budget: ByteBudget;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  readonly report: (error: unknown) => void;
  readonly observer: Observer;
  /** Default: challenges that do not say where to get a token. */
  readonly challenges?: ChallengeWriter | undefined;
  /** Answers browsers. Default: nothing does, they are told what every other client is. */
  readonly welcome?: Welcome | undefined;
}

/** Where every HTTP request of every client of both eras arrives. */
export class HttpEndpoint {
  readonly #turns = new Turns();
  readonly #parts: HttpEndpointParts;

  constructor(parts: HttpEndpointParts) {
    this.#parts = parts;
  }

  /** Receives and serves a request, whatever happens; never rejects. */
  async handle(http: HttpContext): Promise<void> {
    const body = await this.receive(http);
    if (body) await this.serve(http, body);
  }

  /**
   * Judges the head, then reads the body of a POST; never rejects.
   *
   * @returns `undefined` for a request that was refused, and answered
   */
  async receive(http: HttpContext): Promise<ReceivedBody | undefined> {
    http.observer = this.#parts.observer;
    const refusal = judgeHead(http, this.#parts.policy, this.#parts.limits.maxBodyBytes);
    if (refusal) {
      discardBody(http.raw);
      if (refusal.status !== 403) grantOrigin(http);
      refuse(http, refusal.status, refusal.error);
      return undefined;
    }
    closeWithConnection(http.response, http.raw.socket);
    http.turns = this.#turns;
    http.challenges = this.#parts.challenges;
    const account = (http.account = this.#parts.budget.open(http.remoteAddress));
    const reading = this.#read(http, account);
    const bytes = reading instanceof Promise ? await reading : reading;
    if (Buffer.isBuffer(bytes)) return { bytes, account };
    account.close();
    refuseBody(http, bytes);
    return undefined;
  }

  /** Serves a request whose body was received; never rejects. */
  async serve(http: HttpContext, body: ReceivedBody): Promise<void> {
    try {
      const serving = this.#serve(http, body);
      if (serving) await serving;
    } catch (error) {
      // Not logged here: the part that lost its backend reports that once, not at each request.
      if (error instanceof CapacityError)
        return refuse(http, error.status, error, undefined, retryAfter('backendUnavailable'));
      this.#parts.logger.error(
        'A request failed outside of any method',
        error instanceof Error ? error.stack : String(error),
      );
      if (http.response.headersSent) http.response.destroy();
      else refuse(http, 500, new McpError(ErrorCode.InternalError, 'Internal error'));
    } finally {
      body.account.close();
    }
  }

  #read(
    { verb, body, raw, response }: HttpContext,
    account: ByteAccount,
  ): Buffer | BodyRefusal | Promise<Buffer | BodyRefusal> {
    const { maxBodyBytes } = this.#parts.limits;
    if (Buffer.isBuffer(body)) return body.length > maxBodyBytes ? 'too-large' : (account.grow(body.length) ?? body);
    if (raw.headers.expect?.toLowerCase() === '100-continue' && !response.headersSent) response.writeContinue();
    // Bodies of other verbs are read as well, and dropped: a parser behind this one would take what is left for its
    // own.
    const hasBody = raw.headers['content-length'] !== undefined || raw.headers['transfer-encoding'] !== undefined;
    return hasBody || verb === 'POST' ? readBody(body, maxBodyBytes, account) : NO_BODY;
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
    if (refusal) return refuseBusy(http, refusal, BYTES_HELD);
    if (http.verb === 'POST') return this.#post(http, body);
    // A modern client uses POST alone; with a session id it is a legacy client behind a proxy that adds a header
    //
    const version = headerOf(http, 'mcp-protocol-version');
    if (version !== undefined && looksModern(version) && headerOf(http, 'mcp-session-id') === undefined) {
      return sendJson(http, 405, undefined, { allow: 'POST, OPTIONS' });
    }
    const { gets, deletes } = this.#parts.handlers;
    return http.verb === 'GET' ? gets.get(http) : deletes.delete(http);
  }

  #post(http: HttpContext, body: ReceivedBody): void | Promise<void> {
    const bytes = body.bytes?.length ?? 0;
    const turn = this.#turns.take(http.remoteAddress, bytes > SMALL_BYTES ? bytes * WORK_PER_BYTE : bytes);
    return turn ? turn.then(() => this.#parsePost(http, body)) : this.#parsePost(http, body);
  }

  #parsePost(http: HttpContext, body: ReceivedBody): void | Promise<void> {
    const parsed = this.#parse(body);
    if (parsed instanceof McpError) return refuse(http, 400, parsed);
    return this.#dispatch(http, this.#classify(http, parsed.value));
  }

  #parse(body: ReceivedBody): { readonly value: unknown } | McpError {
    const { maxJsonDepth, maxJsonMembers } = this.#parts.limits;
    try {
      return { value: parseJson(body.bytes ?? NO_BODY, maxJsonDepth, maxJsonMembers) };
    } catch (error) {
      if (!(error instanceof JsonRefused)) throw error;
      return new McpError(ErrorCode.ParseError, `Parse error: ${error.message}`);
    } finally {
      body.bytes = undefined;
    }
  }

  #classify(http: HttpContext, body: unknown): ClassifiedPost {
    return classifyPost({
      body,
      header: (name) => headerOf(http, name),
      modernOnly: (method) =>
        this.#parts.dispatcher.knows('modern', method) && !this.#parts.dispatcher.knows('legacy', method),
    });
  }

  #dispatch(http: HttpContext, post: ClassifiedPost): void | Promise<void> {
    const { modern, posts } = this.#parts.handlers;
    labelRequest(http, post);
    switch (post.kind) {
      case 'modern':
        return modern.handle(http, post.request, post.envelope);
      case 'modern-notification':
        return sendJson(http, 202);
      case 'initialize':
        return posts.initialize(http, post.request);
      case 'legacy':
        return posts.post(http, [post.message], false);
      case 'legacy-batch':
        return posts.post(http, post.messages, true);
      case 'rejected':
        return refuse(http, post.status, post.error, post.id);
    }
  }
}

/**
 * How much more work a byte of a large body is than one that is written. It uses up more turns of the event loop, in each of
 * which one more connection of somebody else is accepted.
 */
const WORK_PER_BYTE = 8;
const BYTES_HELD = 'holds as many bytes';
const NO_BODY = Buffer.alloc(0);

function refuseBody(http: HttpContext, refusal: BodyRefusal): void {
  if (refusal === 'aborted') return;
  discardBody(http.raw);
  grantOrigin(http);
  if (refusal === 'too-large') return refuse(http, BODY_TOO_LARGE.status, BODY_TOO_LARGE.error);
  if (refusal === 'chunks-too-small') return refuse(http, CHUNKS_TOO_SMALL.status, CHUNKS_TOO_SMALL.error);
  refuseBusy(http, refusal, BYTES_HELD);
}

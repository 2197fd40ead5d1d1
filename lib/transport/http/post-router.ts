import type { Dispatcher } from '../../engine/dispatcher.js';
import { SMALL_BYTES, type Turns } from '../../limits/turns.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import { JsonRefused, parseJson } from '../../protocol/json.js';
import type { ClassifiedPost } from './classified-post.js';
import { classifyPost } from './classify-post.js';
import { headerOf, sendJson, type HttpContext } from './http-context.js';
import type { PostHandler } from './legacy/post-handler.js';
import type { ModernHandler } from './modern/modern-handler.js';
import { refuse } from './refuse.js';
import { NO_BODY, type ReceivedBody } from './request-receiver.js';
import { labelRequest } from './request-label.js';

export interface JsonLimits {
  readonly maxJsonDepth: number;
  readonly maxJsonMembers: number;
}

/** What the POSTs of each era are passed to. */
export interface PostHandlers {
  readonly modern: ModernHandler;
  readonly posts: PostHandler;
}

/** Parses and classifies each POST, and passes it to the handler of its era. */
export class PostRouter {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly handlers: PostHandlers,
    private readonly limits: JsonLimits,
    private readonly turns: Turns,
  ) {}

  post(http: HttpContext, body: ReceivedBody): void | Promise<void> {
    const bytes = body.bytes?.length ?? 0;
    const turn = this.turns.take(http.remoteAddress, bytes > SMALL_BYTES ? bytes * WORK_PER_BYTE : bytes);
    return turn ? turn.then(() => this.#parsePost(http, body)) : this.#parsePost(http, body);
  }

  #parsePost(http: HttpContext, body: ReceivedBody): void | Promise<void> {
    const parsed = this.#parse(body);
    if (parsed instanceof McpError) return refuse(http, 400, parsed);
    return this.#pass(http, this.#classify(http, parsed.value));
  }

  #parse(body: ReceivedBody): { readonly value: unknown } | McpError {
    const { maxJsonDepth, maxJsonMembers } = this.limits;
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
      modernOnly: (method) => this.dispatcher.knows('modern', method) && !this.dispatcher.knows('legacy', method),
    });
  }

  #pass(http: HttpContext, post: ClassifiedPost): void | Promise<void> {
    const { modern, posts } = this.handlers;
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
 * How much more work a byte of a large body is than one that is written. It uses up more turns of the event loop, in
 * each of which one more connection of somebody else is accepted.
 */
const WORK_PER_BYTE = 8;

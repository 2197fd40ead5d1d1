import type { RequiredScopes } from '../access/required-scopes.js';
import { isObject, type JsonObject, type RequestId } from '../protocol/messages.js';
import { TRAITS, type Era, type Revision } from '../protocol/revisions.js';
import type { Principal } from '../session/principal.js';
import { userOf } from '../session/request-user.js';
import type { Root, SamplingParams, SamplingResult } from '../interaction/input-request.js';
import { InputRefusedError } from '../interaction/interaction.js';
import type { ElicitAction, ElicitResult } from '../interaction/questions.js';
import type { SchemaSource, SchemaType } from '../schema/index.js';
import {
  handled,
  type AskOptions,
  type ContextInput,
  type ElicitAllResult,
  type FormRequest,
} from './context-input.js';
import { ContextLog } from './context-log.js';
import { declaresCapability } from './declared-capability.js';
import type { Exchange } from '../exchange/exchange.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * The request a method serves, and the ways to communicate with its client. It is the second argument of a method, can
 * be injected with `@McpCtx()`, and is the `REQUEST` of request-scoped providers.
 *
 * @example
 * ```ts
 * @McpTool()
 * async deploy({ app }: DeployArgs, ctx: McpContext) {
 *   const { confirmed } = await ctx.elicitOrThrow(Confirm, `Deploy ${app}?`);
 *   if (!confirmed) throw new ToolError('The user declined.');
 *   ctx.progress(1, 3, 'Building');
 *   await this.builds.run(app, { signal: ctx.signal });
 *   ctx.log.info({ app, state: 'deployed' });
 *   return `${app} is live.`;
 * }
 * ```
 * @publicApi
 */
export class McpContext {
  readonly #exchange: Exchange;
  readonly #input: ContextInput;
  readonly #scopes: RequiredScopes;
  #log: ContextLog | undefined;
  #reported = Number.NEGATIVE_INFINITY;

  constructor(
    exchange: Exchange,
    /** The name of the tool, resource or prompt. */
    readonly name: string,
    input: ContextInput,
    scopes: RequiredScopes,
  ) {
    this.#exchange = exchange;
    this.#input = input;
    this.#scopes = scopes;
  }

  /** Whether the client is `modern` or `legacy`. */
  get era(): Era {
    return this.#exchange.peer.era;
  }
  /** The MCP revision of the client. */
  get revision(): Revision {
    return this.#exchange.peer.revision;
  }
  /** The JSON-RPC id of the request. */
  get requestId(): RequestId {
    return this.#exchange.request.id;
  }
  /** The JSON-RPC method, such as `tools/call`. */
  get method(): string {
    return this.#exchange.request.method;
  }
  /** `params._meta` as the client sent it. Do not trust it. */
  get meta(): Readonly<JsonObject> {
    const meta = this.#exchange.request.params?._meta;
    return isObject(meta) ? meta : {};
  }
  /**
   * Aborts with a `CancelledError` if the client cancels the request, if a shutdown exceeds its drain timeout, or if
   * the client disconnects. A legacy HTTP client may disconnect and resume, so that does not abort the signal.
   */
  get signal(): AbortSignal {
    return this.#exchange.signal;
  }
  /** The caller, as identified by the `PrincipalResolver`: by default `ctx.user`. `undefined` for anonymous callers. */
  get principal(): Principal | undefined {
    return this.#exchange.peer.principal;
  }
  /** The legacy session. `undefined` in the modern era. */
  get session(): { readonly id: string } | undefined {
    const { session } = this.#exchange.peer;
    // Not the whole record: a method may return parts of its context, which must be safe for clients.
    return session && { id: session.id };
  }
  /** How the client describes itself. It is for display only and must never affect a security decision. */
  get client(): { readonly info: JsonObject | undefined; readonly capabilities: Readonly<JsonObject> } {
    const { clientInfo, clientCapabilities } = this.#exchange.peer;
    return { info: clientInfo, capabilities: clientCapabilities };
  }
  /** The HTTP headers with lower-case names. Empty on stdio. */
  get headers(): Readonly<Record<string, string | string[] | undefined>> {
    return this.#exchange.peer.headers;
  }
  /** The framework's request object. `undefined` on stdio. */
  get http(): unknown {
    return this.#exchange.peer.http;
  }
  /** `request.user`, as a guard, a hook, middleware or the `PrincipalResolver` has set it. */
  get user(): unknown {
    return userOf(this.#exchange.peer.request);
  }

  /**
   * Requires scopes that depend on the arguments, beside those of `@McpScopes()`: call it first, because the challenge of
   * HTTP, by which a client asks its user for more, can only be sent before all else, and not for a task.
   *
   * @throws {InsufficientScopeError} if the caller lacks one of them, also by the option `impliedScopes`
   * @throws {AuthenticationRequiredError} if the caller is anonymous
   */
  requireScopes(...scopes: string[]): void {
    this.#scopes.require(this.principal, scopes);
  }

  /** Sends log messages to the client. */
  get log(): ContextLog {
    return (this.#log ??= new ContextLog(this.#exchange, this.name));
  }

  /**
   * Reports progress to a client that requested it with a progress token. Without a token it does nothing. A value that
   * does not increase is dropped (§2.4). In a task the message becomes the status message, with or without a token
   * (TASK-9).
   *
   * @param done the amount of work done
   * @param total the total amount in the same unit, if known
   * @param message a message for people
   */
  progress(done: number, total?: number, message?: string): void {
    if (message !== undefined) this.#exchange.outlet.status?.(message);
    const progressToken = this.meta.progressToken;
    if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return;
    if (!(done > this.#reported) || !Number.isFinite(done)) return;
    this.#reported = done;
    const params: JsonObject = { progressToken, progress: done };
    if (total !== undefined) params.total = total;
    if (message !== undefined && TRAITS[this.revision].progressMessage) params.message = message;
    this.#exchange.notify({ jsonrpc: '2.0', method: 'notifications/progress', params });
  }

  /**
   * Asks the user of the client to fill in a form. It works in tools, prompts and resources of both eras. In the modern
   * era the method runs again from the top with the answer, so wrap earlier side effects in `step()`.
   *
   * @param schema a DTO class, Standard Schema or JSON Schema with flat, primitive fields only
   * @throws {MissingClientCapabilityError} if the client cannot elicit; check `ctx.can('elicitation')` first
   * @throws {InputRefusedError} if there is no usable answer
   * @throws {SchemaError} if the schema is not a valid form
   * @example
   * ```ts
   * const answer = await ctx.elicit(Address, 'Where should we ship it?');
   * if (answer.action === 'accept') await this.orders.ship(answer.content);
   * ```
   */
  elicit<S extends SchemaSource>(
    schema: S,
    message: string,
    options?: AskOptions,
  ): Promise<ElicitResult<SchemaType<S>>> {
    return this.#input.elicit(schema, message, options) as Promise<ElicitResult<SchemaType<S>>>;
  }

  /**
   * `elicit()` for methods that cannot continue without an answer.
   *
   * @returns the content of the form
   * @throws {InputRefusedError} also if the user declined or cancelled
   */
  elicitOrThrow<S extends SchemaSource>(schema: S, message: string, options?: AskOptions): Promise<SchemaType<S>> {
    const content = this.elicit(schema, message, options).then((result) => {
      if (result.action === 'accept') return result.content;
      throw new InputRefusedError(`The user did not answer: ${result.action}`);
    });
    return handled(content);
  }

  /**
   * Elicits several forms in one round.
   *
   * @param forms the forms by key; the results have the same keys
   */
  elicitAll<F extends Record<string, FormRequest>>(forms: F): Promise<ElicitAllResult<F>> {
    const asked = Object.entries(forms).map(async ([key, { schema, message }]) => [
      key,
      await this.elicit(schema, message, { key }),
    ]);
    return handled(Promise.all(asked).then((results) => Object.fromEntries(results) as ElicitAllResult<F>));
  }

  /**
   * Asks the user to open a page, for example to sign in. `accept` only means consent to open it. Only your server can
   * know whether the user completed it. Never put credentials or personal data into the URL (Z-11).
   *
   * @throws {MissingClientCapabilityError} if the client cannot open URLs; check `ctx.can('elicitation.url')` first
   * @throws {InputRefusedError} if there is no usable answer
   */
  elicitUrl(url: string, message: string, options?: AskOptions): Promise<{ readonly action: ElicitAction }> {
    return this.#input.elicitUrl(url, message, options);
  }

  /**
   * Asks the model of the client to continue a conversation.
   *
   * @throws {MissingClientCapabilityError} if the client cannot sample; check `ctx.can('sampling')` first
   * @throws {InputRefusedError} if there is no usable answer
   * @deprecated by the 2026-07-28 revision
   */
  sample(params: SamplingParams, options?: AskOptions): Promise<SamplingResult> {
    return this.#input.sample(params, options);
  }

  /**
   * The folders the client works in. They are hints, not permissions.
   *
   * @throws {MissingClientCapabilityError} if the client has no roots; check `ctx.can('roots')` first
   * @throws {InputRefusedError} if there is no usable answer
   * @deprecated by the 2026-07-28 revision
   */
  roots(options?: AskOptions): Promise<readonly Root[]> {
    return this.#input.roots(options);
  }

  /**
   * Runs a function once per call, even if the method runs several times because it asks for input. The result becomes
   * part of the sealed state that travels through the client, so return a small JSON value. If the function fails,
   * nothing is stored. The function cannot ask the client for input.
   *
   * @param key unique within the method
   * @example
   * ```ts
   * const draft = await ctx.step('draft', () => this.orders.createDraft(items));
   * const { confirmed } = await ctx.elicitOrThrow(Confirm, `Order ${draft.id}?`);
   * ```
   */
  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    return this.#input.step(key, run);
  }

  /**
   * The unvalidated answers to the `inputRequired()` this method returned in the previous round. Empty in the first.
   */
  get inputResponses(): Readonly<JsonObject> {
    return this.#input.interaction.responses;
  }

  /** The `state` this method passed to `inputRequired()` in the previous round. */
  get inputState(): unknown {
    return this.#input.interaction.state;
  }

  /**
   * Whether the client declared a capability, given as a path such as `sampling` or the identifier of an extension.
   * `elicitation` tells whether `elicit()` works, `elicitation.url` whether `elicitUrl()` does, in its revision, too.
   *
   * @example
   * ```ts
   * if (ctx.can('elicitation')) await ctx.elicit(Rating, 'How was it?');
   * ```
   */
  can(capability: string): boolean {
    return declaresCapability(this.#exchange.peer, capability);
  }

  /**
   * Closes the connection during a long call and lets a client of revision 2025-11-25 resume the stream later. The
   * event stream ends after a `retry:` field, later messages are stored in the history, and the call is not cancelled.
   * It does nothing for clients that cannot resume: older revisions, the modern era, stdio.
   */
  closeStream(): void {
    this.#exchange.closeStream();
  }

  /**
   * Turns the call into a task if the client supports tasks. The client gets its response, and this method continues in
   * the background. It is for tools declared with `detaches: true`. Calls that are tasks from the start return `true`.
   *
   * @returns whether the call is a task now; if not, the client waits for the result
   * @throws {CapacityError} if the maximum number of tasks is reached
   */
  detach(): Promise<boolean> {
    return handled(this.#exchange.outlet.detach?.() ?? Promise.resolve(false));
  }

  /** @internal */
  static exchangeOf(ctx: McpContext): Exchange {
    return ctx.#exchange;
  }
}
knownAcrossCopies(McpContext, 'McpContext');

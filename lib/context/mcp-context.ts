import { isObject, type JsonObject, type RequestId } from '../protocol/messages.js';
import { TRAITS, type Era, type Revision } from '../protocol/revisions.js';
import type { Principal } from '../session/principal.js';
import {
  missingCapabilities,
  type Root,
  type SamplingParams,
  type SamplingResult,
} from '../interaction/input-request.js';
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
import type { Exchange } from '../exchange/exchange.js';

/**
 * What a method may know and do about the request it serves. Injected as the second argument, by `@McpCtx()`, and as
 * `REQUEST` into request-scoped providers.
 */
export class McpContext {
  readonly #exchange: Exchange;
  readonly #input: ContextInput;
  #log: ContextLog | undefined;
  #reported = Number.NEGATIVE_INFINITY;

  constructor(
    exchange: Exchange,
    /** Name of the tool, resource or prompt that is served. */
    readonly name: string,
    input: ContextInput,
  ) {
    this.#exchange = exchange;
    this.#input = input;
  }

  get era(): Era {
    return this.#exchange.peer.era;
  }
  get revision(): Revision {
    return this.#exchange.peer.revision;
  }
  get requestId(): RequestId {
    return this.#exchange.request.id;
  }
  /** The JSON-RPC method, e.g. `tools/call`. */
  get method(): string {
    return this.#exchange.request.method;
  }
  /** `params._meta` as the client sent it; untrusted. */
  get meta(): Readonly<JsonObject> {
    const meta = this.#exchange.request.params?._meta;
    return isObject(meta) ? meta : {};
  }
  /** Aborts when the client cancels, at a shutdown that waits no longer, and when the client leaves: not for legacy HTTP. */
  get signal(): AbortSignal {
    return this.#exchange.signal;
  }
  /** Who calls, as the `PrincipalResolver` told; `undefined` is anonymous. */
  get principal(): Principal | undefined {
    return this.#exchange.peer.principal;
  }
  /** The legacy session; `undefined` in the modern era. */
  get session(): { readonly id: string } | undefined {
    const { session } = this.#exchange.peer;
    // Not the record: whatever a method returns of its context must be fit for clients.
    return session && { id: session.id };
  }
  /** What the client says of itself. For display only, never for a decision. */
  get client(): { readonly info: JsonObject | undefined; readonly capabilities: Readonly<JsonObject> } {
    const { clientInfo, clientCapabilities } = this.#exchange.peer;
    return { info: clientInfo, capabilities: clientCapabilities };
  }
  /** Lower-cased HTTP headers; empty on stdio. */
  get headers(): Readonly<Record<string, string | string[] | undefined>> {
    return this.#exchange.peer.headers;
  }
  /** The framework's request object; `undefined` on stdio. */
  get http(): unknown {
    return this.#exchange.peer.http;
  }
  /** `request.user`, where a guard, a hook or middleware has put one. */
  get user(): unknown {
    if (!isObject(this.http)) return undefined;
    const { user, raw } = this.http;
    // Fastify has a request of its own around the one that middleware sees.
    return user === undefined && isObject(raw) ? raw.user : user;
  }

  /** Log lines for the client. */
  get log(): ContextLog {
    return (this.#log ??= new ContextLog(this.#exchange, this.name));
  }

  /**
   * Reports progress, if the client asked for it with a progress token; else nothing happens. A value that does not
   * increase is dropped (§2.4). In a task the message becomes its status message, token or not (T1-9).
   *
   * @param done how much is done; @param total of how much, same unit; @param message for people
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
   * Asks the person in front of the client to fill in a form. Works in tools, prompts and resources, in both eras; in the
   * modern one the method is run again from the top with the answer, so wrap side effects that come before in `step()`.
   *
   * @param schema DTO class, Standard Schema or JSON Schema with flat, primitive fields only
   * @throws {MissingClientCapabilityError} ask `ctx.can('elicitation')` first where you can do without
   * @throws {InputRefusedError} when no usable answer comes; {SchemaError} for a schema that is no such form
   */
  elicit<S extends SchemaSource>(
    schema: S,
    message: string,
    options?: AskOptions,
  ): Promise<ElicitResult<SchemaType<S>>> {
    return this.#input.elicit(schema, message, options) as Promise<ElicitResult<SchemaType<S>>>;
  }

  /**
   * `elicit()` for methods that cannot go on without.
   *
   * @returns what was filled in
   * @throws {InputRefusedError} also when the person declined or cancelled
   */
  elicitOrThrow<S extends SchemaSource>(schema: S, message: string, options?: AskOptions): Promise<SchemaType<S>> {
    const content = this.elicit(schema, message, options).then((result) => {
      if (result.action === 'accept') return result.content;
      throw new InputRefusedError(`The user did not answer: ${result.action}`);
    });
    return handled(content);
  }

  /** Asks several forms in one round. @param forms by the keys under which the results come back */
  elicitAll<F extends Record<string, FormRequest>>(forms: F): Promise<ElicitAllResult<F>> {
    const asked = Object.entries(forms).map(async ([key, { schema, message }]) => [
      key,
      await this.elicit(schema, message, { key }),
    ]);
    return handled(Promise.all(asked).then((results) => Object.fromEntries(results) as ElicitAllResult<F>));
  }

  /**
   * Asks the person to open a page, e.g. to sign in somewhere. `accept` is consent to open it, nothing more: whether
   * it was completed only your server knows. Never put credentials or personal data into the URL (Z-11).
   */
  elicitUrl(url: string, message: string, options?: AskOptions): Promise<{ readonly action: ElicitAction }> {
    return this.#input.elicitUrl(url, message, options);
  }

  /** Has the client's model continue a conversation. @deprecated by the 2026-07-28 revision */
  sample(params: SamplingParams, options?: AskOptions): Promise<SamplingResult> {
    return this.#input.sample(params, options);
  }

  /** The folders the client works in: hints, no permissions. @deprecated by the 2026-07-28 revision */
  roots(options?: AskOptions): Promise<readonly Root[]> {
    return this.#input.roots(options);
  }

  /**
   * Does something once in the life of the call, however often the method is run from the top to ask for input. The
   * result is kept with the call's state, which travels through the client sealed: return JSON, and little of it. One that
   * fails is not kept. It cannot ask the client itself.
   *
   * @param key unique within the method
   */
  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    return this.#input.step(key, run);
  }

  /** The answers to the `inputRequired()` this method returned in the round before, unchecked; empty in the first. */
  get inputResponses(): Readonly<JsonObject> {
    return this.#input.interaction.responses;
  }

  /** The `state` this method gave to `inputRequired()` in the round before. */
  get inputState(): unknown {
    return this.#input.interaction.state;
  }

  /**
   * Whether the client declared a capability, by path: `ctx.can('elicitation.url')`. `elicitation` says whether `elicit()`
   * can be used, and both regard what the client's revision knows.
   */
  can(capability: string): boolean {
    if (/^elicitation(\.form|\.url)?$/.test(capability)) {
      const mode = capability === 'elicitation.url' ? 'url' : 'form';
      const { clientCapabilities, revision } = this.#exchange.peer;
      return !missingCapabilities({ method: 'elicitation/create', params: { mode } }, clientCapabilities, revision);
    }
    let at: unknown = this.#exchange.peer.clientCapabilities;
    for (const step of capability.split('.')) {
      if (!isObject(at) || !Object.hasOwn(at, step)) return false;
      at = at[step];
    }
    return at !== undefined && at !== false;
  }

  /**
   * Lets a client of 2025-11-25 come back for the answer instead of holding its connection while a long call goes on: the
   * event stream ends after a `retry:`, what is said from here on waits in the history, and the call is not cancelled.
   * Nothing happens for clients that cannot resume: older revisions, the modern era, stdio.
   */
  closeStream(): void {
    this.#exchange.closeStream();
  }

  /**
   * Makes a task of the call, if its client knows tasks: the client is answered, and this method goes on in its own time.
   * For tools declared with `detaches: true`; those that are tasks from the start are told `true`.
   *
   * @returns whether the call is a task now; if not, its client waits for the result
   * @throws {CapacityError} when there are as many tasks as there may be
   */
  detach(): Promise<boolean> {
    return handled(this.#exchange.outlet.detach?.() ?? Promise.resolve(false));
  }

  /** @internal */
  static exchangeOf(ctx: McpContext): Exchange {
    return ctx.#exchange;
  }
}

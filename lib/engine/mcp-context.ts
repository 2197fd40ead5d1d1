import { isObject, type JsonObject, type RequestId } from '../protocol/messages.js';
import { TRAITS, type Era, type Revision } from '../protocol/revisions.js';
import type { Principal } from '../session/principal.js';
import { ContextLog } from './context-log.js';
import type { Exchange } from './exchange.js';

/**
 * What a method may know and do about the request it serves. Injected as the second argument, by `@McpCtx()`, and as
 * `REQUEST` into request-scoped providers.
 */
export class McpContext {
  readonly #exchange: Exchange;
  #log: ContextLog | undefined;
  #reported = Number.NEGATIVE_INFINITY;

  constructor(
    exchange: Exchange,
    /** Name of the tool, resource or prompt that is served. */ readonly name: string,
  ) {
    this.#exchange = exchange;
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
  /** Aborts when the client cancels, or, in the modern era, goes away. */
  get signal(): AbortSignal {
    return this.#exchange.signal;
  }
  /** Who calls, as the `PrincipalResolver` told; `undefined` is anonymous. */
  get principal(): Principal | undefined {
    return this.#exchange.peer.principal;
  }
  /** The legacy session; `undefined` in the modern era. */
  get session(): { readonly id: string } | undefined {
    return this.#exchange.peer.session;
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
  /** `request.user`, where middleware or an HTTP guard has put one. */
  get user(): unknown {
    return isObject(this.http) ? this.http.user : undefined;
  }

  /** Log lines for the client. */
  get log(): ContextLog {
    return (this.#log ??= new ContextLog(this.#exchange, this.name));
  }

  /**
   * Reports progress, if the client asked for it with a progress token; else nothing happens. A value that does not
   * increase is dropped (§2.4).
   *
   * @param done how much is done; @param total of how much, same unit; @param message for people
   */
  progress(done: number, total?: number, message?: string): void {
    const progressToken = this.meta.progressToken;
    if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return;
    if (!(done > this.#reported)) return;
    this.#reported = done;
    const params: JsonObject = { progressToken, progress: done };
    if (total !== undefined) params.total = total;
    if (message !== undefined && TRAITS[this.revision].progressMessage) params.message = message;
    this.#exchange.notify({ jsonrpc: '2.0', method: 'notifications/progress', params });
  }

  /** Whether the client declared a capability, by path: `ctx.can('elicitation.url')`. */
  can(capability: string): boolean {
    let at: unknown = this.#exchange.peer.clientCapabilities;
    for (const step of capability.split('.')) {
      if (!isObject(at) || !Object.hasOwn(at, step)) return false;
      at = at[step];
    }
    return at !== undefined && at !== false;
  }

  /** @internal */
  static exchangeOf(ctx: McpContext): Exchange {
    return ctx.#exchange;
  }
}

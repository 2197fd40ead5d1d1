import { InvalidArgumentsError } from '../exchange/invalid-arguments.js';
import type { CompiledSchema, Validated } from '../schema/index.js';
import type { InputRequired } from '../interaction/input-required.js';
import type { McpContext } from '../context/mcp-context.js';

/** One invocation of one primitive; the third element of the execution context's arguments. */
export class Call {
  #arguments: unknown;
  #validated = false;

  /** What the method returned if it asks for input. Interceptors must not make anything else of it. */
  inputRequired: InputRequired | undefined;

  constructor(
    readonly ctx: McpContext,
    /** As the client sent them: not validated yet when guards and interceptors run. */
    readonly raw: unknown,
    private readonly schema: CompiledSchema | undefined,
  ) {}

  /** Valid, and in the form the schema makes of them; `undefined` before `validate()`. */
  get arguments(): unknown {
    return this.#arguments;
  }

  /**
   * After guards and interceptors, so that nobody unauthorised learns what the arguments should be. Once per call, also
   * when an interceptor calls the method again.
   *
   * @throws {InvalidArgumentsError}
   */
  validate(): void | Promise<void> {
    if (this.#validated) return;
    const outcome = this.schema ? this.schema.validate(this.raw) : ({ ok: true, value: this.raw } as const);
    return outcome instanceof Promise ? outcome.then((late) => this.#accept(late)) : this.#accept(outcome);
  }

  #accept(outcome: Validated): void {
    if (!outcome.ok) throw new InvalidArgumentsError(outcome.issues);
    this.#arguments = outcome.value;
    this.#validated = true;
  }
}

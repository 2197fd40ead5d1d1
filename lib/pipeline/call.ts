import { InvalidArgumentsError } from '../exchange/invalid-arguments.js';
import type { CompiledSchema, Validated } from '../schema/index.js';
import type { InputRequired } from '../interaction/input-required.js';
import type { McpContext } from '../context/mcp-context.js';

/** One call of one primitive. It is the third element of the execution context's arguments. */
export class Call {
  #arguments: unknown;
  #validated = false;

  /** The method's return value, if it asks for input. It is kept here so that interceptors cannot change it. */
  inputRequired: InputRequired | undefined;

  /** The class of the filter that handled an error last. */
  filteredBy: string | undefined;

  constructor(
    readonly ctx: McpContext,
    /** The arguments as the client sent them, which are not validated yet when guards and interceptors run. */
    readonly raw: unknown,
    private readonly schema: CompiledSchema | undefined,
  ) {}

  /** The valid arguments, as the schema transformed them; `undefined` before `validate()`. */
  get arguments(): unknown {
    return this.#arguments;
  }

  /**
   * Validates the arguments, after guards and interceptors, so that an unauthorized client learns nothing about the
   * schema. It does so once per call, even if an interceptor calls the method again.
   *
   * @throws {InvalidArgumentsError} if the arguments do not fit the schema
   */
  validate(): void | Promise<void> {
    if (this.#validated) return;
    const outcome = this.schema ? this.schema.validate(this.raw) : ({ ok: true, value: this.raw } as const);
    return outcome instanceof Promise ? outcome.then((validated) => this.#accept(validated)) : this.#accept(outcome);
  }

  #accept(outcome: Validated): void {
    if (!outcome.ok) throw new InvalidArgumentsError(outcome.issues);
    this.#arguments = outcome.value;
    this.#validated = true;
  }
}

import { IntrinsicException } from '@nestjs/common';
import type { CompiledSchema, SchemaIssue, Validated } from '../schema/index.js';
import type { McpContext } from '../engine/mcp-context.js';

/** The arguments do not fit the schema. Tools answer it as a result, everything else as `-32602`. */
export class InvalidArgumentsError extends IntrinsicException {
  override readonly name = 'InvalidArgumentsError';
  constructor(readonly issues: readonly SchemaIssue[]) {
    super(issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n'));
  }
}

/** One invocation of one primitive; the third element of the execution context's arguments. */
export class Call {
  #validated: unknown;
  #done = false;

  constructor(
    readonly ctx: McpContext,
    /** As the client sent them: not validated yet when guards and interceptors run. */
    readonly raw: unknown,
    private readonly schema: CompiledSchema | undefined,
  ) {}

  /**
   * The validated arguments. Runs as a pipe does, after guards and interceptors, so that nobody unauthorised learns
   * what the arguments should be; once per call, however many parameters ask.
   */
  arguments(): unknown {
    if (this.#done) return this.#validated;
    this.#done = true;
    this.#validated = this.#validate();
    return this.#validated;
  }

  #validate(): unknown {
    if (!this.schema) return this.raw;
    const outcome = this.schema.validate(this.raw);
    return outcome instanceof Promise ? outcome.then(accept) : accept(outcome);
  }
}

function accept(outcome: Validated): unknown {
  if (!outcome.ok) throw new InvalidArgumentsError(outcome.issues);
  return outcome.value;
}

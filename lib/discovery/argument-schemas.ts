import type { Logger } from '@nestjs/common';
import { compileSchema, type CompiledSchema, type SchemaSource } from '../schema/index.js';
import type { Primitive } from './primitive.js';

/** What all primitives that take arguments say of their schema. */
export interface SchemaOptions {
  readonly input?: SchemaSource;
  readonly acknowledged?: boolean;
}

/** Compiles what primitives say of their arguments and results. */
export class ArgumentSchemas {
  constructor(private readonly logger: Logger) {}

  /** The schema of the arguments: the given one, or the class of the parameter; `undefined` without arguments. */
  async input(
    { takesArguments, declaredBy, argumentsType, typesAreEmitted }: Primitive,
    options: SchemaOptions,
    { strings = false, untyped = false } = {},
  ): Promise<CompiledSchema | undefined> {
    const given = options.input;
    const source = given ?? (takesArguments ? (argumentsType as SchemaSource | undefined) : undefined);
    if (untyped && given === undefined && (source === undefined || isNotAClass(source))) return undefined;
    if (source === undefined && !takesArguments) return undefined;
    if (source === undefined) {
      throw new Error(typesAreEmitted ? NO_SCHEMA : NO_TYPES);
    }
    if (given === undefined && isNotAClass(source)) {
      throw new Error(
        `TypeScript emits the type of its first parameter as ${(source as Function).name}, as it does for interfaces, unions and classes imported with "import type". Type it with a class (McpContext too) that is imported as a value, or give "input".`,
      );
    }
    return this.compile(source, options, { direction: 'input', where: `the input of ${declaredBy}`, strings });
  }

  async compile(
    source: SchemaSource,
    { acknowledged }: SchemaOptions,
    use: Parameters<typeof compileSchema>[1],
  ): Promise<CompiledSchema> {
    const compiled = await compileSchema(source, use);
    if (acknowledged !== true) for (const warning of compiled.warnings) this.logger.warn(warning);
    return compiled;
  }
}

const NO_SCHEMA = 'its arguments have no schema: type a parameter with a DTO class, or give "input"';
const NO_TYPES =
  'its arguments have no schema, because its compiler emits no types: esbuild does not, nor do tsx and others that use it. ' +
  'Compile with tsc or SWC and "emitDecoratorMetadata", or give "input"';

/** What TypeScript emits for a type that is not a class at run time. It emits `Function` for `import type`. */
const isNotAClass = (type: unknown): boolean => type === Object || type === Function;

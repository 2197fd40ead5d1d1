import type { Logger, Type } from '@nestjs/common';
import type { AccessTarget } from '../access/access-policy.js';
import type { McpAccess } from '../access/access-rule.js';
import type { EntryAccess } from '../access/entry-access.js';
import {
  completionKey,
  type CompletionTarget,
  type CompletionEntry,
  type PromptEntry,
  type ResourceEntry,
  type ResourceTemplateEntry,
  type ToolEntry,
} from '../catalog/entries.js';
import type {
  McpCompleteOptions,
  McpPromptOptions,
  McpResourceOptions,
  McpToolOptions,
} from '../decorators/metadata.js';
import type { AccessBinder } from './access-binder.js';
import { boundsOf } from '../limits/bounds.js';
import type { McpLimitOptions } from '../limits/limit.js';
import type { ElicitationForms } from '../interaction/elicitation-form.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import type { Invoker } from '../pipeline/invoker.js';
import type { CacheHint } from '../protocol/definitions.js';
import type { JsonObject } from '../protocol/messages.js';
import type { TaskTraits } from '../task/task-support.js';
import { parseUriTemplate } from '../protocol/uri-template.js';
import {
  compileSchema,
  emptyInput,
  ignoringUnknown,
  paramHeaders,
  promptArguments,
  type CompiledSchema,
  type SchemaSource,
} from '../schema/index.js';

/** A method or function that becomes a tool, resource, prompt or completer. */
export interface Primitive {
  readonly host: HandlerHost;
  /** The name if the options do not set one. */
  readonly defaultName: string;
  /** `Class.method`, for error messages. */
  readonly declaredBy: string;
  /** Whether it takes arguments and therefore needs a schema for them. */
  readonly takesArguments: boolean;
  /** The reflected type of the arguments parameter. */
  readonly argumentsType: unknown;
  /** The schemas of a route, which are compiled already. */
  readonly compiled?: { readonly input: CompiledSchema; readonly output: CompiledSchema | undefined };
  /** False if its compiler emits no types, so that `argumentsType` is never known. */
  readonly typesAreEmitted: boolean;
  /** Its class and its method, on which a `Reflector` finds metadata. */
  readonly type: Type;
  readonly handler: AccessTarget['handler'];
  /** Who may use it. */
  readonly access: readonly McpAccess[];
  /** How often it may be used. */
  readonly limits: readonly McpLimitOptions[];
}

/** What all primitives that take arguments say of their schema. */
interface SchemaOptions {
  readonly input?: SchemaSource;
  readonly acknowledged?: boolean;
}

/** The names that every client accepts (U-1). */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** Turns declarations into catalog entries. Schemas are compiled and mistakes reported here, at start-up. */
export class EntryFactory {
  constructor(
    private readonly invoker: Invoker,
    private readonly forms: ElicitationForms,
    private readonly access: AccessBinder,
    private readonly logger: Logger,
    /** Whether tools ignore arguments that they do not declare. */
    private readonly ignoresUnknown: boolean,
  ) {}

  async tool(primitive: Primitive, options: McpToolOptions): Promise<ToolEntry> {
    const { title, description, annotations, icons, meta } = options;
    const name = options.name ?? primitive.defaultName;
    await this.#checkForms(options.elicits);
    if (!TOOL_NAME.test(name)) {
      this.logger.warn(
        `The tool name "${name}" of ${primitive.declaredBy} should be 1 to 128 letters, digits, "_", "." and "-": some clients reject it.`,
      );
    }
    const task = taskTraits(options);
    const { compiled, declaredBy } = primitive;
    if (!options.acknowledged) for (const warning of compiled?.input.warnings ?? []) this.logger.warn(warning);
    const declared = compiled?.input ?? (await this.#input(primitive, options)) ?? emptyInput;
    const input = this.ignoresUnknown ? ignoringUnknown(declared) : declared;
    const output = options.output
      ? await this.#compile(options.output, options, { direction: 'output', where: `the output of ${declaredBy}` })
      : compiled?.output;
    return {
      kind: 'tool',
      key: name,
      declaredBy: primitive.declaredBy,
      invoke: this.invoker.compile(primitive.host, input, primitive.declaredBy),
      output,
      input: declaredOf(input),
      access: await this.#access(primitive, { kind: 'tool', name, meta }),
      ...boundsOf(`tool:${name}`, { limits: primitive.limits, timeoutMs: options.timeoutMs }),
      paramHeaders: paramHeaders(input.jsonSchema),
      task,
      definition: defined({
        name,
        title,
        description,
        inputSchema: input.jsonSchema as JsonObject,
        outputSchema: output?.jsonSchema as JsonObject | undefined,
        annotations,
        execution: task.support === 'forbidden' ? undefined : { taskSupport: task.support },
        icons,
        _meta: meta,
      }),
    };
  }

  async resource(primitive: Primitive, options: McpResourceOptions): Promise<ResourceEntry | ResourceTemplateEntry> {
    const { uri, title, description, mimeType, annotations, icons, meta, cache, size } = options;
    const { declaredBy } = primitive;
    await this.#checkForms(options.elicits);
    const bounds = boundsOf(`resource:${uri}`, { limits: primitive.limits, timeoutMs: options.timeoutMs });
    const fields = {
      name: options.name ?? primitive.defaultName,
      title,
      description,
      mimeType,
      annotations,
      icons,
      _meta: meta,
    };
    if (!uri.includes('{')) {
      if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri))
        throw new Error(`"${uri}" is not a URI: give it a scheme, such as "app://${uri}"`);
      const access = await this.#access(primitive, { kind: 'resource', name: uri, meta }, cache);
      const invoke = this.invoker.compile(primitive.host, undefined, declaredBy);
      const definition = defined({ uri, size, ...fields });
      return { kind: 'resource', key: uri, declaredBy, cache, access, ...bounds, invoke, definition };
    }
    const template = parseUriTemplate(uri);
    const schema = await this.#input(primitive, options, { strings: true, untyped: true });
    const invoke = this.invoker.compile(primitive.host, schema, declaredBy);
    const access = await this.#access(primitive, { kind: 'template', name: uri, meta }, cache);
    const definition = defined({ uriTemplate: uri, ...fields });
    const input = declaredOf(schema);
    return { kind: 'template', key: uri, declaredBy, cache, access, ...bounds, template, input, invoke, definition };
  }

  async prompt(primitive: Primitive, options: McpPromptOptions): Promise<PromptEntry> {
    const { title, description, icons, meta } = options;
    const name = options.name ?? primitive.defaultName;
    await this.#checkForms(options.elicits);
    const input = await this.#input(primitive, options, { strings: true });
    const invoke = this.invoker.compile(primitive.host, input ?? emptyInput, primitive.declaredBy);
    const args = input && promptArguments(input, `the input of ${primitive.declaredBy}`);
    const definition = defined({
      name,
      title,
      description,
      arguments: args?.length ? args : undefined,
      icons,
      _meta: meta,
    });
    const { declaredBy } = primitive;
    const access = await this.#access(primitive, { kind: 'prompt', name, meta });
    const bounds = boundsOf(`prompt:${name}`, { limits: primitive.limits, timeoutMs: options.timeoutMs });
    return { kind: 'prompt', key: name, declaredBy, access, ...bounds, input: declaredOf(input), invoke, definition };
  }

  async completion(primitive: Primitive, { prompt, resource, argument }: McpCompleteOptions): Promise<CompletionEntry> {
    if ((prompt === undefined) === (resource === undefined)) {
      throw new Error('@McpComplete needs either "prompt" or "resource"');
    }
    const target: CompletionTarget =
      prompt === undefined ? { ref: 'resource', name: resource!, argument } : { ref: 'prompt', name: prompt, argument };
    const invoke = this.invoker.compile(primitive.host, undefined, primitive.declaredBy);
    const key = completionKey(target);
    return {
      kind: 'completion',
      key,
      ...boundsOf(`completion:${key}`, { limits: primitive.limits, timeoutMs: undefined }),
      target,
      declaredBy: primitive.declaredBy,
      access: await this.#access(primitive, { kind: 'completion', name: argument, meta: undefined }),
      invoke,
      definition: undefined,
    };
  }

  /** @throws Error also if what not everybody may read may be cached for everybody (Z-15) */
  async #access(
    { type, handler, access, host }: Primitive,
    { meta, ...target }: Pick<AccessTarget, 'kind' | 'name' | 'meta'>,
    cache?: CacheHint,
  ): Promise<EntryAccess | undefined> {
    const bound = await this.access.bind({ ...target, ...(meta && { meta }), type, handler }, access, host);
    if (bound && !bound.isPublic && cache?.scope === 'public') {
      throw new Error('not everybody may read it, so that "cache" must have the scope "private"');
    }
    return bound;
  }

  async #checkForms(sources: readonly SchemaSource[] = []): Promise<void> {
    for (const source of sources) await this.forms.of(source);
  }

  /** The schema of the arguments: the given one, or the class of the parameter; `undefined` without arguments. */
  async #input(
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
    return this.#compile(source, options, { direction: 'input', where: `the input of ${declaredBy}`, strings });
  }

  async #compile(
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

const TASK_SUPPORT: readonly unknown[] = ['forbidden', 'optional', 'required'];

function taskTraits({ task: support = 'forbidden', detaches = false, idempotent = false }: McpToolOptions): TaskTraits {
  if (!TASK_SUPPORT.includes(support))
    throw new Error(`"task" is ${String(support)}; it must be one of ${TASK_SUPPORT.join(', ')}`);
  const misplaced = support === 'forbidden' && (detaches ? 'detaches' : idempotent ? 'idempotent' : undefined);
  if (misplaced) throw new Error(`"${misplaced}" requires "task" to be optional or required`);
  return { support, detaches, idempotent };
}

/** What the audit reads which arguments are secret from. */
const declaredOf = <S extends CompiledSchema | undefined>(input: S) => input && (input.declared ?? input.jsonSchema);

/** Removes members that are undefined, because definitions are compared and merged by their keys. */
const defined = <T extends object>(definition: T): T =>
  Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== undefined)) as T;

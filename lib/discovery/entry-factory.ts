import type { Logger } from '@nestjs/common';
import type { AccessTarget } from '../access/access-policy.js';
import { forAudience, type EntryAccess } from '../access/entry-access.js';
import {
  completionKey,
  type CompletionTarget,
  type CompletionEntry,
  type ExtensionEntry,
  type Hosted,
  type MethodEntry,
  type PromptEntry,
  type ResourceEntry,
  type ResourceTemplateEntry,
  type SkillEntry,
  type ToolEntry,
} from '../catalog/entries.js';
import type {
  McpCompleteOptions,
  McpPromptOptions,
  McpResourceOptions,
  McpToolOptions,
} from '../decorators/metadata.js';
import type { McpAppOptions } from '../decorators/app-options.js';
import type { McpExtensionOptions, McpMethodOptions } from '../decorators/extension-options.js';
import type { McpSkillOptions } from '../decorators/skill-options.js';
import type { AccessBinder } from './access-binder.js';
import { linkedApp, WITH_APPS, withAppLink } from './app-link.js';
import { appResource, withPage } from './app-resource.js';
import { ArgumentSchemas } from './argument-schemas.js';
import { checkExtension, checkMethodName } from './extension-check.js';
import type { Primitive } from './primitive.js';
import { type HostedPrimitive, skillEntry } from './skill-entry.js';
import { boundsOf } from '../limits/bounds.js';
import type { ElicitationForms } from '../interaction/elicitation-form.js';
import type { Invoker } from '../pipeline/invoker.js';
import { isForAppsOnly } from '../protocol/apps.js';
import type { CacheHint } from '../protocol/definitions.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Era } from '../protocol/revisions.js';
import type { TaskTraits } from '../task/task-support.js';
import { parseUriTemplate } from '../protocol/uri-template.js';
import {
  emptyInput,
  ignoringUnknown,
  paramHeaders,
  promptArguments,
  type CompiledSchema,
  type SchemaSource,
} from '../schema/index.js';

/** The names that every client accepts (U-1). */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** Turns declarations into catalog entries. Schemas are compiled and mistakes reported here, at start-up. */
export class EntryFactory {
  readonly #schemas: ArgumentSchemas;

  constructor(
    private readonly invoker: Invoker,
    private readonly forms: ElicitationForms,
    private readonly access: AccessBinder,
    private readonly logger: Logger,
    /** Whether tools ignore arguments that they do not declare. */
    private readonly ignoresUnknown: boolean,
  ) {
    this.#schemas = new ArgumentSchemas(logger);
  }

  async tool(primitive: Primitive, options: McpToolOptions): Promise<ToolEntry> {
    const { title, description, annotations, icons } = options;
    const name = options.name ?? primitive.defaultName;
    const meta = withAppLink(options.meta, options.app);
    await this.#checkForms(options.elicits);
    if (!TOOL_NAME.test(name)) {
      this.logger.warn(
        `The tool name "${name}" of ${primitive.declaredBy} should be 1 to 128 letters, digits, "_", "." and "-": some clients reject it.`,
      );
    }
    const task = taskTraits(options);
    const { compiled, declaredBy } = primitive;
    if (!options.acknowledged) for (const warning of compiled?.input.warnings ?? []) this.logger.warn(warning);
    const declared = compiled?.input ?? (await this.#schemas.input(primitive, options)) ?? emptyInput;
    const input = this.ignoresUnknown ? ignoringUnknown(declared) : declared;
    const output = options.output
      ? await this.#schemas.compile(options.output, options, {
          direction: 'output',
          where: `the output of ${declaredBy}`,
        })
      : compiled?.output;
    return {
      kind: 'tool',
      key: name,
      declaredBy: primitive.declaredBy,
      invoke: this.invoker.compile(primitive.host, input, primitive.declaredBy),
      output,
      input: declaredOf(input),
      access: await this.#toolAccess(primitive, name, meta),
      app: linkedApp(options.app),
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
    const schema = await this.#schemas.input(primitive, options, { strings: true, untyped: true });
    const invoke = this.invoker.compile(primitive.host, schema, declaredBy);
    const access = await this.#access(primitive, { kind: 'template', name: uri, meta }, cache);
    const definition = defined({ uriTemplate: uri, ...fields });
    const input = declaredOf(schema);
    return { kind: 'template', key: uri, declaredBy, cache, access, ...bounds, template, input, invoke, definition };
  }

  /** @throws Error for what is not a page of the specification */
  async app(primitive: Primitive, options: McpAppOptions): Promise<ResourceEntry> {
    return withPage((await this.resource(primitive, appResource(options))) as ResourceEntry);
  }

  async prompt(primitive: Primitive, options: McpPromptOptions): Promise<PromptEntry> {
    const { title, description, icons, meta } = options;
    const name = options.name ?? primitive.defaultName;
    await this.#checkForms(options.elicits);
    const input = await this.#schemas.input(primitive, options, { strings: true });
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

  async method(primitive: Primitive, options: McpMethodOptions, extension: string): Promise<MethodEntry> {
    const { name, timeoutMs } = options;
    const { declaredBy, host, limits } = primitive;
    checkMethodName(name);
    const declared = (await this.#schemas.input(primitive, options)) ?? emptyInput;
    const input = this.ignoresUnknown ? ignoringUnknown(declared) : declared;
    const invoke = this.invoker.compile(host, input, declaredBy);
    const access = await this.#access(primitive, { kind: 'method', name, meta: undefined });
    const bounds = boundsOf(`method:${name}`, { limits, timeoutMs });
    const shown = declaredOf(input);
    return {
      kind: 'method',
      key: name,
      extension,
      declaredBy,
      access,
      ...bounds,
      input: shown,
      invoke,
      definition: undefined,
    };
  }

  /** @throws Error for a class of which there is not one instance */
  skill(primitive: Primitive, options: McpSkillOptions): SkillEntry {
    return skillEntry(primitive, options, (part, uri) => this.hosted(part, uri));
  }

  /** Serves the files of a skill by one rule, and by one function with the enhancers around it. */
  async hosted(part: HostedPrimitive, uri: string): Promise<Hosted> {
    const { host, declaredBy, limits } = part;
    const access = await this.#access(part, { kind: 'skill', name: uri, meta: undefined });
    const bounds = boundsOf(`skill:${uri}`, { limits, timeoutMs: undefined });
    return { declaredBy, access, ...bounds, invoke: this.invoker.compile(host, undefined, declaredBy) };
  }

  /** @param declared the class, with an access rule of its own for the notifications */
  async extension(
    declared: Pick<Primitive, 'declaredBy' | 'type' | 'handler' | 'access' | 'host'>,
    { id, settings = {}, eras = BOTH_ERAS, mustDeclare = false, notifications = {} }: McpExtensionOptions,
  ): Promise<ExtensionEntry> {
    checkExtension({ id, settings, eras, notifications });
    const access = await this.#access(declared, { kind: 'extension', name: id, meta: undefined });
    const { declaredBy } = declared;
    return { kind: 'extension', key: id, declaredBy, settings, eras, mustDeclare, notifications, access };
  }

  async #toolAccess(
    primitive: Primitive,
    name: string,
    meta: JsonObject | undefined,
  ): Promise<EntryAccess | undefined> {
    const access = await this.#access(primitive, { kind: 'tool', name, meta });
    return isForAppsOnly(meta) ? forAudience(WITH_APPS, access) : access;
  }

  /** @throws Error also if what not everybody may read may be cached for everybody (Z-15) */
  async #access(
    { type, handler, access, host }: Pick<Primitive, 'type' | 'handler' | 'access' | 'host'>,
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
}

const BOTH_ERAS: readonly Era[] = ['modern', 'legacy'];

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

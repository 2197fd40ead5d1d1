import type { EntryAccess } from '../access/entry-access.js';
import type { Bounds } from '../limits/bounds.js';
import type {
  CacheHint,
  PromptDefinition,
  ResourceDefinition,
  ResourceTemplateDefinition,
  ToolDefinition,
} from '../protocol/definitions.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Era } from '../protocol/revisions.js';
import type { UriTemplate } from '../protocol/uri-template.js';
import type { TaskTraits } from '../task/task-support.js';
import type { CompiledSchema, JsonSchema, ParamHeader } from '../schema/index.js';
import type { Invoke } from '../pipeline/invoker.js';

/** The common part of all entries: the definition for clients, the handler, and the declaration for error messages. */
interface Entry<Definition> extends Bounds {
  /** Unique within its table; listings are sorted by it (U-11). */
  readonly key: string;
  readonly definition: Definition;
  readonly invoke: Invoke;
  /** `Class.method`, or the registration call. */
  readonly declaredBy: string;
  /** What its arguments may be, as the audit shows them. `undefined` without arguments. */
  readonly input?: JsonSchema | undefined;
  /** Who may use it. `undefined` without a rule. */
  readonly access?: EntryAccess | undefined;
}

export interface ToolEntry extends Entry<ToolDefinition> {
  readonly kind: 'tool';
  readonly output: CompiledSchema | undefined;
  /** Arguments that a modern HTTP client repeats in `Mcp-Param-*` headers. */
  readonly paramHeaders: readonly ParamHeader[];
  readonly task: TaskTraits;
  /** The URI of the page that shows its results. */
  readonly app?: string | undefined;
}

export interface ResourceEntry extends Entry<ResourceDefinition> {
  readonly kind: 'resource';
  readonly cache: CacheHint | undefined;
}

export interface ResourceTemplateEntry extends Entry<ResourceTemplateDefinition> {
  readonly kind: 'template';
  readonly template: UriTemplate;
  readonly cache: CacheHint | undefined;
}

export interface PromptEntry extends Entry<PromptDefinition> {
  readonly kind: 'prompt';
}

/** A JSON-RPC method of an extension; `key` is its name. */
export interface MethodEntry extends Entry<undefined> {
  readonly kind: 'method';
  /** The identifier of its extension. */
  readonly extension: string;
}

/** How something is served that has many resources: by whom it may be used, and what runs around its function. */
export interface Hosted extends Bounds {
  readonly declaredBy: string;
  readonly access: EntryAccess | undefined;
  readonly invoke: Invoke;
}

/** A skill that a method of the application makes; `key` is its path. */
export interface SkillEntry {
  readonly kind: 'skill';
  readonly key: string;
  readonly declaredBy: string;
  readonly frontmatter: JsonObject;
  /** Calls the method. */
  readonly load: () => unknown;
  /** @param read reads a file, in place of the method */
  readonly host: (uri: string, read: (file: string) => unknown) => Promise<Hosted>;
}

/** An extension that the application declares; `key` is its identifier. */
export interface ExtensionEntry {
  readonly kind: 'extension';
  readonly key: string;
  readonly declaredBy: string;
  readonly settings: JsonObject;
  readonly eras: readonly Era[];
  /** Whether its methods are only for clients that declare it. */
  readonly mustDeclare: boolean;
  readonly notifications: Readonly<Record<string, string>>;
  /** Who gets its notifications. `undefined` without a rule. */
  readonly access: EntryAccess | undefined;
}

/** Completes one argument of one prompt or template; `key` is `completionKey()` of the target. */
export interface CompletionEntry extends Entry<undefined> {
  readonly kind: 'completion';
  readonly target: CompletionTarget;
}

export type CatalogEntry =
  | ToolEntry
  | ResourceEntry
  | ResourceTemplateEntry
  | PromptEntry
  | CompletionEntry
  | MethodEntry
  | SkillEntry
  | ExtensionEntry;
export type CatalogKind = CatalogEntry['kind'];

/** The argument that is completed, and the prompt or resource template it belongs to. */
export interface CompletionTarget {
  readonly ref: 'prompt' | 'resource';
  /** The name of the prompt, or the URI template. */
  readonly name: string;
  readonly argument: string;
}

export const completionKey = ({ ref, name, argument }: CompletionTarget): string =>
  JSON.stringify([ref, name, argument]);

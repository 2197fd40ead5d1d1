import { Subject, type Observable } from 'rxjs';
import type {
  CatalogEntry,
  CatalogKind,
  CompletionEntry,
  ExtensionEntry,
  MethodEntry,
  PromptEntry,
  ResourceEntry,
  ResourceTemplateEntry,
  SkillEntry,
  ToolEntry,
} from './entries.js';
import { Listing } from './listing.js';
import { Table } from './table.js';

/** The list that clients must read again after a change. */
export type ListName = 'tools' | 'resources' | 'prompts';

const LIST_OF: Partial<Record<CatalogKind, ListName>> = {
  tool: 'tools',
  resource: 'resources',
  template: 'resources',
  prompt: 'prompts',
};

/** The tools, resources, prompts, completers and declared extensions of a server. Decorators and run-time registrations both use `add`. */
export class Catalog {
  readonly tools = new Table<ToolEntry>();
  readonly resources = new Table<ResourceEntry>();
  readonly templates = new Table<ResourceTemplateEntry>();
  readonly prompts = new Table<PromptEntry>();
  readonly completions = new Table<CompletionEntry>();
  readonly extensions = new Table<ExtensionEntry>();
  readonly methods = new Table<MethodEntry>();
  readonly skills = new Table<SkillEntry>();
  /** Resources that are read by those who know of them. No list changes with them. */
  readonly unlisted = new Table<ResourceEntry>();

  readonly toolList: Listing<ToolEntry>;
  readonly resourceList: Listing<ResourceEntry>;
  readonly templateList: Listing<ResourceTemplateEntry>;
  readonly promptList: Listing<PromptEntry>;

  #bySpecificity: readonly ResourceTemplateEntry[] | undefined;
  readonly #changes = new Subject<ListName>();
  /** Emits the name of each list that changes. */
  readonly changes$: Observable<ListName> = this.#changes.asObservable();

  /** @param pageSize the number of entries on one page of a list */
  constructor(pageSize: number) {
    this.toolList = new Listing('tools', 'tool', this.tools, pageSize);
    this.resourceList = new Listing('resources', 'resource', this.resources, pageSize);
    this.templateList = new Listing('resourceTemplates', 'template', this.templates, pageSize);
    this.promptList = new Listing('prompts', 'prompt', this.prompts, pageSize);
  }

  /**
   * @param announces whether clients are told that a list has changed
   * @throws {DuplicateEntryError}
   */
  add(entry: CatalogEntry, announces = true): void {
    this.#tableOf(entry.kind).add(entry);
    this.#changed(entry.kind, announces);
  }

  /** @returns whether the entry existed */
  remove(kind: CatalogKind, key: string, announces = true): boolean {
    const removed = this.#tableOf(kind).remove(key);
    if (removed) this.#changed(kind, announces);
    return removed;
  }

  /** Templates in matching order. Of several that match a URI, the one with the longest literal prefix wins. */
  templatesBySpecificity(): readonly ResourceTemplateEntry[] {
    const length = (entry: ResourceTemplateEntry) => entry.template.literalPrefix.length;
    return (this.#bySpecificity ??= [...this.templates.sorted()].sort((a, b) => length(b) - length(a)));
  }

  #tableOf(kind: CatalogKind): Table<CatalogEntry> {
    const tables = {
      tool: this.tools,
      resource: this.resources,
      template: this.templates,
      prompt: this.prompts,
      completion: this.completions,
      extension: this.extensions,
      method: this.methods,
      skill: this.skills,
    };
    return tables[kind] as unknown as Table<CatalogEntry>;
  }

  #changed(kind: CatalogKind, announces: boolean): void {
    this.#bySpecificity = undefined;
    for (const list of [this.toolList, this.resourceList, this.templateList, this.promptList]) list.changed();
    const list = LIST_OF[kind];
    if (list && announces) this.#changes.next(list);
  }
}

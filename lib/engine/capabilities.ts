import type { Catalog } from '../catalog/catalog.js';
import { MODERN_REVISION, TRAITS, type Revision } from '../protocol/revisions.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Extensions } from './extension.js';

/**
 * Kinds of primitives that are advertised even while none is registered, because the application registers them at run
 * time.
 */
export interface AnnouncedCapabilities {
  /** Advertises `tools`. Default: false. */
  readonly tools?: boolean;
  /** Advertises `resources`. Default: false. */
  readonly resources?: boolean;
  /** Advertises `prompts`. Default: false. */
  readonly prompts?: boolean;
}

/** The capabilities that the server advertises, which are exactly those that its methods serve. */
export class Capabilities {
  constructor(
    private readonly catalog: Catalog,
    private readonly announced: AnnouncedCapabilities,
    private readonly extensions: Extensions,
  ) {}

  // A kind that was ever used stays advertised: clients that know of it list it again, and must get an empty list.
  readonly tools = (): boolean => this.announced.tools === true || this.catalog.tools.everUsed;
  readonly resources = (): boolean =>
    this.announced.resources === true ||
    this.catalog.resources.everUsed ||
    this.catalog.templates.everUsed ||
    this.extensions.needResources;
  readonly prompts = (): boolean => this.announced.prompts === true || this.catalog.prompts.everUsed;
  readonly completions = (): boolean => this.catalog.completions.everUsed;
  readonly tasks = (): boolean => this.catalog.tools.sorted().some(({ task }) => task.support !== 'forbidden');
  readonly subscriptions = (): boolean =>
    this.tools() || this.resources() || this.prompts() || this.extensions.members.size > 0;

  /**
   * @param identified whether the client is authenticated; an anonymous client must not list the tasks of others (§5.2)
   */
  describe(revision: Revision, identified = false): JsonObject {
    const described: JsonObject = { logging: {} };
    if (this.tools()) described.tools = { listChanged: true };
    if (this.resources()) described.resources = { subscribe: true, listChanged: true };
    if (this.prompts()) described.prompts = { listChanged: true };
    if (this.completions() && TRAITS[revision].completions) described.completions = {};
    const extensions = this.extensions.describe(revision === MODERN_REVISION ? 'modern' : 'legacy');
    if (extensions) described.extensions = extensions;
    if (this.tasks() && TRAITS[revision].execution) {
      described.tasks = { ...(identified && { list: {} }), cancel: {}, requests: { tools: { call: {} } } };
    }
    return described;
  }
}

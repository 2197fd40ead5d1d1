import type { Catalog } from '../catalog/catalog.js';
import { TRAITS, type Revision } from '../protocol/revisions.js';
import type { JsonObject } from '../protocol/messages.js';

/** Kinds that are advertised even while there are none, because the application registers them at run time. */
export interface AnnouncedCapabilities {
  readonly tools?: boolean;
  readonly resources?: boolean;
  readonly prompts?: boolean;
}

/** What the server advertises: exactly what its methods answer. */
export class Capabilities {
  constructor(
    private readonly catalog: Catalog,
    private readonly announced: AnnouncedCapabilities,
  ) {}

  readonly tools = (): boolean => this.announced.tools === true || this.catalog.tools.size > 0;
  readonly resources = (): boolean =>
    this.announced.resources === true || this.catalog.resources.size > 0 || this.catalog.templates.size > 0;
  readonly prompts = (): boolean => this.announced.prompts === true || this.catalog.prompts.size > 0;
  readonly completions = (): boolean => this.catalog.completions.size > 0;
  readonly subscriptions = (): boolean => this.tools() || this.resources() || this.prompts();

  describe(revision: Revision): JsonObject {
    const described: JsonObject = { logging: {} };
    if (this.tools()) described.tools = { listChanged: true };
    if (this.resources()) described.resources = { subscribe: true, listChanged: true };
    if (this.prompts()) described.prompts = { listChanged: true };
    if (this.completions() && TRAITS[revision].completions) described.completions = {};
    return described;
  }
}

import { createHash } from 'node:crypto';
import type { Subscription } from 'rxjs';
import type { Catalog } from '../../catalog/catalog.js';
import type { InstanceFigures } from '../wire/instance.js';

type Figures = Pick<InstanceFigures, 'catalog' | 'catalogHash'>;

/** What a server offers, as one short text, by which instances with another version show. */
export class CatalogFigures {
  #known: Figures | undefined;
  #subscription: Subscription | undefined;

  constructor(private readonly catalog: Catalog) {}

  begin(): void {
    this.#subscription = this.catalog.changes$.subscribe(() => (this.#known = undefined));
  }

  take(): Figures {
    return (this.#known ??= describe(this.catalog));
  }

  end(): void {
    this.#subscription?.unsubscribe();
    this.#known = undefined;
  }
}

function describe({ tools, resources, templates, prompts }: Catalog): Figures {
  const hash = createHash('sha256');
  // Sorted by key on every instance.
  for (const table of [tools, resources, templates, prompts]) {
    for (const { definition } of table.sorted()) hash.update(JSON.stringify(definition));
    hash.update('\n');
  }
  return {
    catalogHash: hash.digest('base64url').slice(0, 12),
    catalog: { tools: tools.size, resources: resources.size, templates: templates.size, prompts: prompts.size },
  };
}

import type { Catalog } from '../../catalog/catalog.js';
import type { CacheHint } from '../../protocol/definitions.js';
import type { Revision } from '../../protocol/revisions.js';
import type { Capabilities } from '../capabilities.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { ResultMembers } from '../response-writer.js';
import { cacheMembers } from './cacheable.js';

/** A list of the catalog whose pages are serialized already. */
interface Pages {
  page(revision: Revision, cursor: unknown): string;
}

/** The four list methods; they differ only in their list and in the capability that announces it. */
export const listMethods = (
  catalog: Catalog,
  { tools, resources, prompts }: Capabilities,
  cache: CacheHint,
): readonly Method[] => {
  const list = (name: string, available: () => boolean, pages: Pages): Method => ({
    name,
    eras: BOTH_ERAS,
    available,
    run: ({ cursor }, { peer }) => new ResultMembers(pages.page(peer.revision, cursor) + cacheMembers(peer.era, cache)),
  });
  return [
    list('tools/list', tools, catalog.toolList),
    list('resources/list', resources, catalog.resourceList),
    list('resources/templates/list', resources, catalog.templateList),
    list('prompts/list', prompts, catalog.promptList),
  ];
};

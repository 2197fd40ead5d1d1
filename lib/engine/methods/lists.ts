import type { AccessControl } from '../../access/access-control.js';
import type { EntryAccess } from '../../access/entry-access.js';
import type { Outcome } from '../../access/outcome.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { CacheHint } from '../../protocol/definitions.js';
import type { PreparedJson } from '../../protocol/prepared-json.js';
import type { Revision } from '../../protocol/revisions.js';
import type { Capabilities } from '../capabilities.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { PreparedMembers } from '../response-writer.js';
import { cacheMembers } from './cacheable.js';

/** A list of the catalog whose pages are serialized already. */
interface Pages {
  rules(): readonly EntryAccess[];
  page(revision: Revision, cursor: unknown, part?: Outcome): PreparedJson;
}

/** A method that returns the pages of a list, of the part that its caller may see. */
export const listMethod = (
  name: string,
  available: () => boolean,
  pages: Pages,
  cache: CacheHint,
  access: AccessControl,
): Method => ({
  name,
  eras: BOTH_ERAS,
  available,
  run({ cursor }, exchange) {
    const { revision, era } = exchange.peer;
    const rules = pages.rules();
    // What may differ from caller to caller must not be shared between them (Z-15).
    const hint = cache.scope === 'public' && access.differs(rules) ? { ...cache, scope: 'private' as const } : cache;
    const answer = (part: Outcome | undefined) =>
      new PreparedMembers(pages.page(revision, cursor, part), cacheMembers(era, hint));
    const part = access.outcome(rules, exchange);
    return part instanceof Promise ? part.then(answer) : answer(part);
  },
});

/** The four list methods; they differ only in their list and in the capability that announces it. */
export const listMethods = (
  catalog: Catalog,
  { tools, resources, prompts }: Capabilities,
  cache: CacheHint,
  access: AccessControl,
): readonly Method[] => {
  const list = (name: string, available: () => boolean, pages: Pages): Method =>
    listMethod(name, available, pages, cache, access);
  return [
    list('tools/list', tools, catalog.toolList),
    list('resources/list', resources, catalog.resourceList),
    list('resources/templates/list', resources, catalog.templateList),
    list('prompts/list', prompts, catalog.promptList),
  ];
};

import type { Catalog } from '../../catalog/catalog.js';
import type { Extension } from '../../engine/extension.js';
import { BOTH_ERAS } from '../../engine/method.js';
import { APPS_EXTENSION } from '../../protocol/apps.js';

/**
 * MCP Apps (SEP-1865). A page is a resource, and a tool names it in its `_meta`: nothing else on the wire is new. It is
 * advertised as soon as there is a page.
 */
export const appsExtension = ({ resources }: Catalog): Extension => ({
  id: APPS_EXTENSION,
  eras: BOTH_ERAS,
  settings: () => (resources.sorted().some(({ key }) => key.startsWith('ui://')) ? {} : undefined),
  methods: [],
  declaredBy: 'nestjs-mcp-fleet',
});

import type { AccessControl } from '../access/access-control.js';
import type { Catalog } from '../catalog/catalog.js';
import { McpOptionsError } from '../options/invalid-option.js';
import type { Extensions } from '../engine/extension.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

/**
 * A cache that is shared must not give one caller the list of another (Z-15).
 *
 * @throws {McpOptionsError} if lists may differ, and the option `listCache` says that they may be shared
 */
export function requirePrivateLists(
  catalog: Catalog,
  extensions: Extensions,
  access: AccessControl,
  { listCache }: ResolvedOptions,
): void {
  if (listCache?.scope !== 'public') return;
  const { toolList, resourceList, templateList, promptList } = catalog;
  const rules = [toolList, resourceList, templateList, promptList].map((list) => list.rules());
  for (const extension of extensions.all) rules.push(extension.rules?.() ?? []);
  const differ = rules.some((ofList) => access.differs(ofList));
  if (!differ) return;
  throw new McpOptionsError(
    'McpModule option "listCache" has the scope "public", although not every caller sees the same lists: ' +
      '@McpScopes(), @McpRoles(), @McpAllow(), the option "access" or tools for apps only hide a part. Use the scope "private".',
  );
}

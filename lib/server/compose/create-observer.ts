import type { Catalog } from '../../catalog/catalog.js';
import { subjectsOf } from '../../engine/subject-of.js';
import { Observer } from '../../observe/observer.js';
import { auditOptions } from '../../options/audit-options.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';

/** Creates what learns of everything that happens on this server. */
export function createObserver(catalog: Catalog, options: ResolvedOptions, server: string | undefined): Observer {
  const { instance, arguments: args } = auditOptions(options.audit);
  return new Observer({ instance, server, arguments: args, subjectOf: subjectsOf(catalog) });
}

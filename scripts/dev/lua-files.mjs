import { cpSync, existsSync, readdirSync, watch } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../steps/root.mjs';

/**
 * Copies scripts for Redis, which the compiler leaves alone, whenever one changes. Watches folder by folder: a watcher of a
 * file loses it when an editor replaces it. Folders that are new count from the next start.
 *
 * @param listener called after each copy
 */
export function onScriptChange({ sources, output }, listener) {
  const top = join(ROOT, sources);
  const entries = readdirSync(top, { recursive: true, withFileTypes: true });
  const folders = new Set(entries.filter(({ name }) => name.endsWith('.lua')).map(({ parentPath }) => parentPath));
  for (const folder of folders) {
    watch(folder, (_, file) => {
      const from = join(folder, file ?? '');
      if (!from.endsWith('.lua') || !existsSync(from)) return;
      cpSync(from, join(ROOT, output, relative(top, from)));
      listener();
    });
  }
}

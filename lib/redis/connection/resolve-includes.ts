import { dirname, join } from 'node:path/posix';

const INCLUDE = /^--- @include "([^"]+)"\n?/gm;

/**
 * Puts the files that a script includes in the place of its `--- @include "path"` lines. Paths are relative to the file
 * that includes, without the extension. A file that several others include comes once, where it is first needed.
 *
 * @param file the script, relative to the folder of all scripts and without the extension
 * @param read returns the text of such a file
 * @throws {Error} when files include each other in a circle
 */
export function resolveIncludes(file: string, read: (file: string) => string): string {
  const included = new Set<string>();
  const expand = (path: string, includers: readonly string[]): string => {
    if (includers.includes(path)) throw new Error(`Scripts include each other: ${[...includers, path].join(' → ')}`);
    if (included.has(path)) return '';
    included.add(path);
    return read(path).replace(
      INCLUDE,
      (_line, target: string) => `${expand(join(dirname(path), target), [...includers, path]).trimEnd()}\n`,
    );
  };
  return expand(file, []);
}

import { dirname, join } from 'node:path/posix';

const INCLUDE = /^--- @include "([^"]+)"\n?/gm;

/**
 * Replaces each `--- @include "path"` line of a script with the text of that file. Paths are relative to the including
 * file and have no extension. A file that is included more than once is inserted only once, where it is first needed.
 *
 * @param file the path of the script without its extension, relative to the folder of all scripts
 * @param read returns the text of a file with such a path
 * @throws {Error} when files include each other in a circle; the message names them
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

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOCATION } from './location.cjs';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/** The folder of this package, and its version. Each build is at another depth in it. */
function find(): { readonly folder: string; readonly version: string } {
  for (let folder = dirname(LOCATION); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const { name, version } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
    if (name === 'nestjs-mcp-fleet') return { folder, version: version ?? 'unknown' };
  }
  // A bundler may have taken the code out of its package.
  return { folder: dirname(LOCATION), version: 'unknown' };
}

let found: ReturnType<typeof find> | undefined;

/** Looked for when it is first needed, as most applications never ask. */
export const packageRoot = (): ReturnType<typeof find> => (found ??= find());

import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './bundle.mjs';
import { filesOf } from './files.mjs';
import { ROOT } from './root.mjs';

/** Where the compiler writes the ES modules, one for each source. */
export const COMPILED = 'build/esm';
/** What is published. */
export const PACKAGE = 'dist';
/** What somebody imports: the module, its test tools, and the command that `bin` starts. */
export const ENTRIES = ['index', 'testing/index', 'doctor/command'];

/** What is no program: declarations, Lua scripts; and the one program that says where it is. */
const COPIED = /\.(d\.c?ts|lua|cjs)$/;
const BUNDLED = /\.(js|c?js\.map)$/;
/** Leads from a compiled file to a map of sources, which only the bundler makes for the package. */
const NAME_OF_MAP = /\n\/\/# sourceMappingURL=.*$/;
/** Made by others. */
const FOREIGN = /^(cjs|inspector\/inspector\.js$)/;

/**
 * Makes the ES modules of the package from the compiled sources: declarations as they are, programs bundled. An application
 * then opens a few files at its start and not six hundred, which takes a tenth less time.
 *
 * @param root folder of the repository, or of another commit of it
 */
export function assemblePackage(root = ROOT) {
  const from = join(root, COMPILED);
  const to = join(root, PACKAGE);
  const started = Date.now();
  const copied = filesOf(from).filter((file) => COPIED.test(file));
  for (const file of copied) copyChanged(join(from, file), join(to, file));
  bundle('package', 'The package', root);
  removeStale(to, new Set(copied), started);
}

/** File by file and last, because something may be running from the folder. */
function removeStale(folder, copied, started) {
  for (const file of filesOf(folder).filter((name) => !FOREIGN.test(name))) {
    const path = join(folder, file);
    const isStale = BUNDLED.test(file) ? statSync(path).mtimeMs < started : COPIED.test(file) && !copied.has(file);
    if (isStale) rmSync(path);
  }
}

/** A compiler that watches compiles the samples again only after a change. */
function copyChanged(from, to) {
  const text = readFileSync(from, 'utf8').replace(NAME_OF_MAP, '\n');
  if (existsSync(to) && readFileSync(to, 'utf8') === text) return;
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
}

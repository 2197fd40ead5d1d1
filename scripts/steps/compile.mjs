import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesOf } from './files.mjs';
import { bundleInspector, PAGE_FILES } from './inspector.mjs';
import { ensureInstalled } from './install.mjs';
import { assemblePackage, COMPILED, ENTRIES, PACKAGE } from './package.mjs';
import { ROOT } from './root.mjs';
import { fail, installed, succeeds } from './run.mjs';

/**
 * The order matters: the samples are compiled against the declarations of the package. The second one is for programs
 * that cannot load ES modules from CommonJS, above all jest. `finish` is called after each compilation.
 */
export const PROJECTS = [
  {
    config: 'tsconfig.build.json',
    sources: 'lib',
    output: COMPILED,
    uses: [],
    makes: ENTRIES.map((entry) => `${PACKAGE}/${entry}.js`),
    finish: () => assemblePackage(),
  },
  { config: 'tsconfig.cjs.json', sources: 'lib', output: 'dist/cjs', uses: [], type: 'commonjs' },
  { config: 'tsconfig.sample.json', sources: 'sample', output: 'build/sample', uses: ['lib'] },
];
/** The page of the inspector, which is bundled instead of compiled. */
const PAGE = {
  config: 'inspector/tsconfig.json',
  sources: 'inspector',
  output: 'dist/inspector',
  uses: ['lib/protocol', 'lib/schema'],
};
const EVERYONE_USES = ['tsconfig.json', 'package-lock.json'];

const at = (path) => join(ROOT, path);
const entriesOf = (folder) => readdirSync(at(folder), { recursive: true, withFileTypes: true });

/** Installs and compiles what is missing or older than its sources. @param force compiles in any case */
export function ensureBuilt({ force = false } = {}) {
  ensureInstalled();
  for (const project of PROJECTS) if (force || isStale(project)) compile(project);
  if (force || isStale(PAGE) || !PAGE_FILES.every((file) => existsSync(at(`${PACKAGE}/${file}`)))) bundlePage();
}

function bundlePage() {
  const started = new Date();
  process.stderr.write('Bundling the page of the inspector…\n');
  bundleInspector();
  leaveStamp(PAGE, started);
}

// A failed compilation leaves output too, so only a stamp written after success counts.
const stampOf = ({ output }) => at(`build/.stamps/${output.replace('/', '-')}`);

function isStale(project) {
  const stamp = stampOf(project);
  if (![stamp, ...[project.output, ...(project.makes ?? [])].map(at)].every((path) => existsSync(path))) return true;
  const built = statSync(stamp).mtimeMs;
  const inputs = [...EVERYONE_USES, project.config, project.sources, ...project.uses].map(at);
  // Folders count as well: deleting a file changes only its folder.
  const inside = [project.sources, ...project.uses].flatMap((folder) =>
    entriesOf(folder).map((entry) => join(entry.parentPath, entry.name)),
  );
  return [...inputs, ...inside].some((path) => statSync(path).mtimeMs > built);
}

function compile(project) {
  const { config, sources, output, type, finish } = project;
  const started = new Date();
  process.stderr.write(`Compiling ${sources}…\n`);
  if (!succeeds(process.execPath, [installed('typescript/bin/tsc'), '-p', config])) {
    fail(`${sources} does not compile: see above.`);
  }
  copyOtherFiles(sources, output);
  removeStaleOutput(sources, output);
  // Says what the files are, whose package is of ES modules.
  if (type) writeFileSync(at(`${output}/package.json`), `{ "type": "${type}" }\n`);
  finish?.();
  leaveStamp(project, started);
}

function leaveStamp(project, started) {
  const stamp = stampOf(project);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  // Dated to the start, so that a file edited during the compilation counts as newer.
  utimesSync(stamp, started, started);
}

/** Files such as Lua scripts that belong beside the code that reads them. */
export function copyOtherFiles(sources, output) {
  for (const file of filesOf(at(sources))) {
    if (!/\.(c?ts|md)$/.test(file)) cpSync(at(`${sources}/${file}`), at(`${output}/${file}`));
  }
}

/** Removes stale output file by file after compiling, because something may be running from the folder. */
function removeStaleOutput(sources, output) {
  for (const file of filesOf(at(output))) {
    const source = file.replace(/(\.d)?\.(c?)(ts|js|js\.map)$/, '.$2ts');
    if (![source, file].some((path) => existsSync(at(`${sources}/${path}`)))) rmSync(at(`${output}/${file}`));
  }
}

/**
 * `npm run consumers [-- <folder of test/consumers>]`: packs the package, installs the packed file into copies of the
 * applications in `test/consumers`, and builds, tests and starts them. Ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './steps/compile.mjs';
import { answersCalls } from './steps/answers-calls.mjs';
import { ROOT } from './steps/root.mjs';
import { fail } from './steps/run.mjs';

/** The oldest supported versions, and the newest of each line: npm names those by the major alone. */
const NODES = ['20.19.0', '22.12.0', '24'];

const onNode = (node, ...command) => ['npx', '--yes', '--package', `node@${node}`, ...command];

const CONSUMERS = {
  'nest-11-commonjs': [
    { name: 'compiles with module node16', run: ['npm', 'run', 'typecheck'] },
    { name: 'nest build with SWC', run: ['npm', 'run', 'build:swc'] },
    { name: 'the program of SWC answers', start: ['node', 'dist/main.js'] },
    { name: 'nest build with tsc', run: ['npm', 'run', 'build'] },
    ...NODES.map((node) => ({
      name: `the program of tsc answers on Node ${node}`,
      start: onNode(node, 'node', 'dist/main.js'),
    })),
    ...['20.19.0', '24'].map((node) => ({
      name: `jest with ts-jest passes on Node ${node}`,
      run: onNode(node, 'node', 'node_modules/jest/bin/jest.js'),
    })),
  ],
  'nest-12-esm': [
    { name: 'nest build', run: ['npm', 'run', 'build'] },
    { name: 'the program answers', start: ['node', 'dist/main.js'] },
    { name: 'nest start --watch answers', start: ['npm', 'run', 'start:dev'] },
    { name: 'vitest passes', run: ['npm', 'test'] },
  ],
  'nest-12-require': NODES.map((node) => ({
    name: `require() without a compiler answers on Node ${node}`,
    start: onNode(node, 'node', 'main.js'),
  })),
};

const quiet = { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } };

/** Runs a command, and prints what it has printed when it fails. */
function succeeds([command, ...args], cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, ...quiet });
  if (status !== 0) process.stdout.write(`${stdout}${stderr}\n`);
  return status === 0;
}

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in CONSUMERS));
if (unknown !== undefined) fail(`test/consumers has no "${unknown}". There are: ${Object.keys(CONSUMERS).join(', ')}.`);

ensureBuilt();
const folder = mkdtempSync(join(tmpdir(), 'nestjs-mcp-fleet-consumers-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
if (!succeeds(['npm', 'pack', '--pack-destination', folder], ROOT)) fail('The package cannot be packed: see above.');
const packed = join(
  folder,
  readdirSync(folder).find((file) => file.endsWith('.tgz')),
);

let passed = 0;
let failed = 0;
const count = (name, good) => {
  process.stdout.write(`${good ? '✓' : '✗'} ${name}\n`);
  if (good) passed++;
  else failed++;
};

for (const name of chosen.length > 0 ? chosen : Object.keys(CONSUMERS)) {
  const cwd = join(folder, name);
  cpSync(join(ROOT, 'test/consumers', name), cwd, { recursive: true });
  const install = ['npm', 'install', '--prefer-offline', '--loglevel=error', packed];
  const installed = succeeds(install, cwd);
  count(`${name}: npm install`, installed);
  if (!installed) continue;
  for (const { name: what, run, start } of CONSUMERS[name]) {
    count(`${name}: ${what}`, run ? succeeds(run, cwd) : await answersCalls(start, cwd));
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

/**
 * `npm run consumers [-- <folder>]`: packs the package, installs the packed file into copies of the applications in
 * `test/consumers` and of the sample for Nest 11, and builds, tests and starts them. Ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './steps/compile.mjs';
import { answersCalls, listsTools } from './steps/answers-calls.mjs';
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
    {
      name: 'what the plugin of @nestjs/swagger reads is in the schemas',
      start: ['node', 'dist/main.js'],
      tools: /"orders_create".*"description":"How many pieces\..*"required":\["article","pieces"\]/,
    },
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
    {
      name: 'a compiler that emits no types is refused by name',
      run: ['npx', 'tsx', 'src/main.ts'],
      refused: /its compiler emits no types: esbuild does not/,
    },
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

/** Runs a command that must fail, and say why. */
function isRefused([command, ...args], cwd, reason) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, ...quiet, timeout: 60_000 });
  const good = status !== 0 && reason.test(`${stdout}${stderr}`);
  if (!good) process.stdout.write(`It ended with ${status}, and printed:\n${stdout}${stderr}\n`);
  return good;
}

function holds({ run, start, refused, tools }, cwd) {
  if (refused) return isRefused(run, cwd, refused);
  if (tools) return listsTools(start, cwd, tools);
  return run ? succeeds(run, cwd) : answersCalls(start, cwd);
}

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in CONSUMERS));
if (unknown !== undefined) fail(`There is no "${unknown}": ${Object.keys(CONSUMERS).join(', ')}.`);

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
  const isSample = existsSync(join(ROOT, 'sample', name));
  cpSync(join(ROOT, isSample ? 'sample' : 'test/consumers', name), cwd, {
    recursive: true,
    filter: (path) => !/node_modules|dist$/.test(path),
  });
  const install = ['npm', 'install', '--prefer-offline', '--loglevel=error', packed];
  const installed = succeeds(install, cwd);
  count(`${name}: npm install`, installed);
  if (!installed) continue;
  for (const check of CONSUMERS[name]) count(`${name}: ${check.name}`, await holds(check, cwd));
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

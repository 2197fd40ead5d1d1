/**
 * `npm run bench:compare -- <commit> [--rounds 21] [--seconds 0.5] [--target fleet-direct] [--only call-modern]
 * [--out name]`: compares the speed of this build with that of another commit, in the same rounds. The other commit is
 * built in a folder of its own and served in the same way. Nothing of this repository is changed.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { assemblePackage, COMPILED } from '../scripts/steps/package.mjs';

const REPOSITORY = fileURLToPath(new URL('../', import.meta.url));
const BASE = 'nestjs-mcp-fleet-base';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '21' },
    seconds: { type: 'string', default: '0.5' },
    target: { type: 'string', default: 'fleet' },
    only: { type: 'string', default: 'call-modern,call-legacy,list-modern,list-legacy' },
    out: { type: 'string' },
  },
});
const [commit] = positionals;
if (!commit) throw new Error('Which commit? node bench/compare.mjs <commit>');
if (!existsSync(join(REPOSITORY, 'dist'))) throw new Error('Run `npm run build` in the repository first.');

const folder = mkdtempSync(join(tmpdir(), 'nestjs-mcp-fleet-compare-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });

const base = build(commit);
const bench = join(folder, 'bench');
const skipped = /node_modules|bench\/results$/;
cpSync(join(REPOSITORY, 'bench'), bench, { recursive: true, filter: (path) => !skipped.test(path) });
// The harness copies the build from beside the benchmarks.
cpSync(join(REPOSITORY, 'dist'), join(folder, 'dist'), { recursive: true });
cpSync(join(REPOSITORY, 'package.json'), join(folder, 'package.json'));
run('npm', ['install', '--no-audit', '--no-fund', '--install-links', '--loglevel=error'], bench);
const installed = join(bench, 'node_modules', BASE);
cpSync(join(base, 'dist'), join(installed, 'dist'), { recursive: true });
cpSync(join(base, 'package.json'), join(installed, 'package.json'));

const server = readFileSync(join(bench, 'servers/fleet.mjs'), 'utf8');
writeFileSync(join(bench, 'servers/fleet-base.mjs'), server.replace("from 'nestjs-mcp-fleet'", `from '${BASE}'`));
const rival = values.target.includes('express') ? 'nest-express' : 'nest';
const forms = ['--only', values.only, '--targets', `${values.target},base,${rival}`];
const options = ['--rounds', values.rounds, '--seconds', values.seconds, ...(values.out ? ['--out', values.out] : [])];
process.env.BENCH_BASE_LIKE = values.target;
run(process.execPath, ['run.mjs', ...forms, ...options], bench);
if (values.out) {
  cpSync(join(bench, `results/${values.out}.json`), join(REPOSITORY, `bench/results/${values.out}.json`));
}

/** Compiles a commit with the dependencies that are installed here. @returns its folder */
function build(name) {
  const target = join(folder, 'base');
  const archive = join(folder, 'base.tar');
  run('git', ['archive', '--prefix=base/', '-o', archive, name], REPOSITORY);
  run('tar', ['-xf', archive, '-C', folder], folder);
  symlinkSync(join(REPOSITORY, 'node_modules'), join(target, 'node_modules'));
  try {
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', COMPILED], target);
  } catch {
    // Other versions of the dependencies may make it complain; what it has written works nevertheless.
  }
  for (const file of execFileSync('git', ['ls-tree', '-r', '--name-only', name, 'lib'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  }).split('\n')) {
    if (/\.lua$/.test(file))
      cpSync(join(target, file), join(target, file.replace(/^lib/, COMPILED)), { recursive: true });
  }
  assemblePackage(target);
  return target;
}

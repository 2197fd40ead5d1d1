/**
 * `npm run dev [-- 04-redis-fleet]`: compiles the package and its samples whenever a file changes, and starts the sample
 * (01-quickstart by default) anew each time. What does not compile changes nothing: the sample that runs goes on.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Compiler } from './dev/compiler.mjs';
import { onScriptChange } from './dev/lua-files.mjs';
import { RunningSample } from './dev/running-sample.mjs';
import { copyOtherFiles, PROJECTS } from './steps/compile.mjs';
import { bundleInspector } from './steps/inspector.mjs';
import { ensureInstalled } from './steps/install.mjs';
import { requireSample } from './steps/sample.mjs';

/** The samples are compiled again after the package, which takes the compiler this long to notice. */
const SETTLE_MS = 500;
const PARENT_MS = 500;

const name = process.argv[2] ?? '01-quickstart';
requireSample(name, 'dev');
ensureInstalled();

const say = (line) => process.stderr.write(`dev: ${line}\n`);
const sample = new RunningSample(name, say);
const compilers = [];

function end() {
  for (const compiler of compilers) compiler.stop();
  void sample.stop().then(() => process.exit(0));
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
// npm hands a signal to its shell, which may end without handing it on.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && end(), PARENT_MS).unref();

/** Samples are ES modules. */
const projects = PROJECTS.filter(({ type }) => type !== 'commonjs');
for (const project of projects) {
  say(`compiling ${project.sources}…`);
  const compiler = new Compiler(project.config);
  compilers.push(compiler);
  await compiler.firstSuccess();
  copyOtherFiles(project.sources, project.output);
  project.finish?.();
}
bundleInspector();
sample.start();
say('waiting for changes; Ctrl+C ends it.');

projects.forEach((project, index) => {
  const changed = () => {
    project.finish?.();
    void restart();
  };
  compilers[index].onSuccess(changed);
  onScriptChange(project, changed);
});

let latest = 0;
/** Once for all that comes at the same time, and only when everything compiles. */
async function restart() {
  const mine = ++latest;
  await pause(SETTLE_MS);
  if (mine === latest && compilers.every((compiler) => compiler.succeeded)) await sample.restart();
}

/** `npm run lint:commits`: whether the messages of all commits since the rule keep to Conventional Commits. */
import { spawnSync } from 'node:child_process';
import { ROOT } from './steps/root.mjs';
import { fail, installed, succeeds } from './steps/run.mjs';

/** The last commit before the rule. */
const LAST_BEFORE = '9242357b08a6045a75ca98351d893ac5aeef45ca';

const git = (...args) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
const say = (line) => process.stdout.write(`${line}\n`);

if (git('rev-parse', '--verify', 'HEAD').status !== 0) {
  say('There is no git history here, so there are no commit messages to check.');
  process.exit(0);
}

let range = ['--from', LAST_BEFORE, '--to', 'HEAD'];
if (git('merge-base', '--is-ancestor', LAST_BEFORE, 'HEAD').status !== 0) {
  say('The history does not reach back to where the rule began (a shallow clone?): only the last commit is checked.');
  range = ['--last'];
} else {
  const count = git('rev-list', '--count', '--no-merges', `${LAST_BEFORE}..HEAD`).stdout.trim();
  say(`${count} commits since the rule began.`);
  if (count === '0') process.exit(0);
}
if (!succeeds(process.execPath, [installed('@commitlint/cli/cli.js'), ...range])) {
  fail('These messages are not Conventional Commits: see CONTRIBUTING.md.');
}
say('All of these messages keep to Conventional Commits.');

/** `npm run release:check`: whether everything is there that a release needs and only the owner can give, and nothing waits. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './steps/root.mjs';
import { fail } from './steps/run.mjs';

const read = (file) => (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '');
const manifest = JSON.parse(read('package.json'));
const { version } = manifest;
const { GITHUB_REF_TYPE, GITHUB_REF_NAME } = process.env;

const missing = [
  ...['author', 'repository', 'homepage', 'bugs']
    .filter((field) => !manifest[field])
    .map((field) => `package.json has no "${field}".`),
  !/^[^#\n]*\s@\S/m.test(read('.github/CODEOWNERS')) && '.github/CODEOWNERS names nobody.',
  !/\]\((mailto|https):[^)]+\)/.test(sectionOf(read('CODE_OF_CONDUCT.md'), 'Whom to tell')) &&
    'CODE_OF_CONDUCT.md has no link to a contact under "Whom to tell".',
  sectionOf(read('CHANGELOG.md'), version) === '' && `CHANGELOG.md has no section "${version}".`,
  changesets().length > 0 && `Changesets wait to be made a version: ${changesets().join(', ')}.`,
  GITHUB_REF_TYPE === 'tag' &&
    GITHUB_REF_NAME !== `v${version}` &&
    `The tag is ${GITHUB_REF_NAME}, and package.json has version ${version}.`,
].filter(Boolean);

if (missing.length > 0) {
  fail(`${version} cannot be released yet (docs/releasing.md tells more):\n- ${missing.join('\n- ')}`);
}
process.stdout.write(`${version} can be released.\n`);

/** What stands under the heading with exactly this text. */
function sectionOf(markdown, title) {
  const section = markdown.split(/^## /m).find((part) => part.split('\n', 1)[0].trim() === title);
  return section ?? '';
}

function changesets() {
  return readdirSync(join(ROOT, '.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md');
}

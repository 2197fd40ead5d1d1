/** `npm run check:package`: checks that the published package can be imported with its types, and has
 * the page of the inspector. */
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './steps/compile.mjs';
import { PAGE_FILES } from './steps/inspector.mjs';
import { ROOT } from './steps/root.mjs';
import { installed, succeeds } from './steps/run.mjs';

ensureBuilt();
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const { messages } = await publint({ pkgDir: ROOT, strict: true });
for (const message of messages) process.stderr.write(`publint: ${formatMessage(message, manifest)}\n`);

const attw = [installed('@arethetypeswrong/cli/dist/index.js'), '--pack', '.'];
const typesAreRight = succeeds(process.execPath, attw);

const missing = PAGE_FILES.filter((file) => !existsSync(join(ROOT, 'dist', file)));
for (const file of missing) process.stderr.write(`dist/${file}, which the inspector serves, is missing.\n`);
process.exit(messages.length === 0 && typesAreRight && missing.length === 0 ? 0 : 1);

/** `npm run check:package`: checks that the published package can be imported with its types. */
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './steps/compile.mjs';
import { ROOT } from './steps/root.mjs';
import { installed, succeeds } from './steps/run.mjs';

ensureBuilt();
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const { messages } = await publint({ pkgDir: ROOT, strict: true });
for (const message of messages) process.stderr.write(`publint: ${formatMessage(message, manifest)}\n`);

const attw = [installed('@arethetypeswrong/cli/dist/index.js'), '--pack', '.'];
const typesAreRight = succeeds(process.execPath, attw);
process.exit(messages.length === 0 && typesAreRight ? 0 : 1);

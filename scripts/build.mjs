/** `npm run build [-- --force]`: installs and compiles what has changed in the package and its samples. */
import { parseArgs } from 'node:util';
import { ensureBuilt } from './steps/compile.mjs';

const { values } = parseArgs({ options: { force: { type: 'boolean', default: false } } });
ensureBuilt(values);

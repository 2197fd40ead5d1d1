/** `npm run build [-- --force]`: installs and compiles the package and its samples, where something has changed. */
import { parseArgs } from 'node:util';
import { ensureBuilt } from './steps/compile.mjs';

const { values } = parseArgs({ options: { force: { type: 'boolean', default: false } } });
ensureBuilt(values);

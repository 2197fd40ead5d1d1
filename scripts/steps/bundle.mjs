import { fileURLToPath } from 'node:url';
import { fail, installed, succeeds } from './run.mjs';

/**
 * Bundles something, silently unless it fails.
 *
 * @param name of a configuration beside this file: `<name>.rolldown.mjs`, whose paths begin in `root`
 * @param what is bundled, for the sentence of a failure
 */
export function bundle(name, what, root) {
  const config = fileURLToPath(new URL(`./${name}.rolldown.mjs`, import.meta.url));
  const args = [installed('rolldown/bin/cli.mjs'), '--config', config];
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  if (!succeeds(process.execPath, args, options)) fail(`${what} cannot be bundled: see above.`);
}

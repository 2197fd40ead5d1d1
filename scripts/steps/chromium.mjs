import { existsSync } from 'node:fs';
import { provideCommand } from './debian.mjs';

const DEBIAN = '/usr/bin/chromium';
/** Where systems have a browser of this family. */
const PLACES = [
  DEBIAN,
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const HOW =
  'The tests open the inspector in a browser: install chromium, or set CHROMIUM_PATH to one that is installed.';

/**
 * Provides a browser: the one of `CHROMIUM_PATH`, one that is installed, or Debian's.
 *
 * @returns its path
 */
export async function provideChromium() {
  const path = process.env.CHROMIUM_PATH ?? PLACES.find((place) => existsSync(place)) ?? DEBIAN;
  if (!provideCommand(path, 'chromium')) throw new Error(HOW);
  return path;
}

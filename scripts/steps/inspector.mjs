import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle } from './bundle.mjs';
import { ROOT } from './root.mjs';
import { fail } from './run.mjs';

const OUTPUT = join(ROOT, 'dist/inspector');
const COPIED = ['index.html', 'inspector.css'];
/** What a browser loads. */
const SERVED = [...COPIED, 'inspector.js'];
/** Everything that is made here. The rest of that folder are declarations of `lib/inspector`. */
export const PAGE_FILES = [...SERVED, 'licenses.txt'].map((name) => `inspector/${name}`);
/** The packages in the bundle, whose licences go with it. */
const BUNDLED = ['preact', '@preact/signals', '@preact/signals-core'];
const MAX_GZIP_BYTES = 80_000;

/** Bundles the page of the inspector into files that need nothing else. It fails when they become too large. */
export function bundleInspector() {
  bundle('inspector', 'The page of the inspector', ROOT);
  for (const file of COPIED) cpSync(join(ROOT, 'inspector', file), join(OUTPUT, file));
  writeFileSync(join(OUTPUT, 'licenses.txt'), BUNDLED.map(licenseOf).join('\n'));
  const bytes = pageBytes();
  if (bytes > MAX_GZIP_BYTES) {
    fail(`The page of the inspector has ${bytes} bytes (gzip) and may have ${MAX_GZIP_BYTES}: take something out.`);
  }
}

const licenseOf = (name) => `${name}\n\n${readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8')}`;

/** What a browser loads for the page, in bytes after gzip. */
const pageBytes = () => SERVED.reduce((sum, name) => sum + gzipSync(readFileSync(join(OUTPUT, name))).length, 0);

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from './root.mjs';
import { fail } from './run.mjs';

const OUTPUT = join(ROOT, 'dist/inspector');
/** What a browser loads. */
const SERVED = ['index.html', 'inspector.js', 'inspector.css'];
/** Everything that is made here. The rest of that folder is compiled from `lib/inspector`. */
export const PAGE_FILES = [...SERVED, 'licenses.txt'].map((name) => `inspector/${name}`);
/** The packages in the bundle, whose licences go with it. */
const BUNDLED = ['preact', '@preact/signals', '@preact/signals-core'];
const MAX_GZIP_BYTES = 80_000;

/** Bundles the page of the inspector into files that need nothing else. It fails when they become too large. */
export function bundleInspector() {
  const at = (path) => join(ROOT, path);
  // Not at the top: a clean checkout imports this file before it installs the package.
  const { buildSync } = createRequire(import.meta.url)('esbuild');
  mkdirSync(OUTPUT, { recursive: true });
  try {
    buildSync({
      absWorkingDir: ROOT,
      entryPoints: [
        { in: 'inspector/src/main.tsx', out: 'inspector' },
        { in: 'inspector/inspector.css', out: 'inspector' },
      ],
      outdir: OUTPUT,
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      tsconfig: at('inspector/tsconfig.json'),
      logLevel: 'warning',
    });
  } catch {
    fail('The page of the inspector cannot be bundled: see above.');
  }
  cpSync(at('inspector/index.html'), join(OUTPUT, 'index.html'));
  writeFileSync(join(OUTPUT, 'licenses.txt'), BUNDLED.map(licenseOf).join('\n'));
  const bytes = pageBytes();
  if (bytes > MAX_GZIP_BYTES) {
    fail(`The page of the inspector has ${bytes} bytes (gzip) and may have ${MAX_GZIP_BYTES}: take something out.`);
  }
}

const licenseOf = (name) => `${name}\n\n${readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8')}`;

/** What a browser loads for the page, in bytes after gzip. */
const pageBytes = () => SERVED.reduce((sum, name) => sum + gzipSync(readFileSync(join(OUTPUT, name))).length, 0);

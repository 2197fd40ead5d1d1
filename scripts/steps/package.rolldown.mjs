import { readFileSync } from 'node:fs';
import { COMPILED, ENTRIES, PACKAGE } from './package.mjs';

/** How the ES modules of the package are bundled. What is imported from another package stays an import of it. */
export default {
  input: Object.fromEntries(ENTRIES.map((entry) => [entry, `${COMPILED}/${entry}.js`])),
  platform: 'node',
  // A bundled CommonJS file would no longer know where it is.
  external: (id) => !/^[./]/.test(id) || id.endsWith('.cjs'),
  plugins: [
    {
      name: 'source maps of the compiler',
      // So that a stack trace names a line of the sources, and not of what the compiler made of them.
      load: (file) => ({ code: readFileSync(file, 'utf8'), map: readFileSync(`${file}.map`, 'utf8') }),
    },
  ],
  output: {
    dir: PACKAGE,
    format: 'esm',
    sourcemap: true,
    // Without a hash, so that a name means the same in every version. What several entries share gets one file.
    chunkFileNames: ({ isDynamicEntry }) => (isDynamicEntry ? 'chunks/[name].js' : 'chunks/shared.js'),
  },
};

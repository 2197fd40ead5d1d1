/** How the page of the inspector is bundled: into one file that needs nothing else. */
export default {
  input: 'inspector/src/main.tsx',
  platform: 'browser',
  tsconfig: 'inspector/tsconfig.json',
  output: { file: 'dist/inspector/inspector.js', format: 'esm', minify: true },
};

import nest from '@nestjs/core/package.json' with { type: 'json' };
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const lib = (file: string) => fileURLToPath(new URL(`./lib/${file}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^nestjs-mcp-fleet\/testing$/, replacement: lib('testing/index.ts') },
      { find: /^nestjs-mcp-fleet$/, replacement: lib('index.ts') },
    ],
  },
  test: {
    setupFiles: ['test/setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Most tests wait most of the time; more at once than the smallest machine has cores, and their clocks go wrong.
    maxWorkers: 2,
    // Of those that say so themselves, as they only wait.
    maxConcurrency: 8,
    // Its ES modules name files of Nest without their ending, which Node does not find in Nest 11.
    server: { deps: { inline: nest.version.startsWith('11.') ? ['nestjs-cls'] : [] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'in-process',
          include: ['test/{unit,contract,e2e,security,fleet}/**/*.spec.ts', 'sample/09-testing/*.spec.ts'],
          pool: 'forks',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: ['test/{interop,process}/**/*.spec.ts'],
          pool: 'forks',
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.spec.ts'],
          pool: 'forks',
          fileParallelism: false,
          // Beside the others it would wait for them, and they for it.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.spec.ts'],
          pool: 'forks',
          fileParallelism: false,
          // After all others: a storm beside them would make their clocks wrong.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

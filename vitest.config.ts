import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { ClosingCounts } from './scripts/closing-counts.ts';
import { TestResults } from './scripts/test-results.ts';

export default defineConfig({
  // Our own package from its source. Not by its `source` condition: other packages have one too, and it breaks them.
  resolve: {
    alias: { '@latchkey/tools': fileURLToPath(new URL('packages/tools/src/index.ts', import.meta.url)) },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/src/**/*.test.tsx',
      'packages/*/test/**/*.test.ts',
      'e2e/**/*.test.ts',
      'spec/**/*.test.ts',
    ],
    reporters: ['default', new TestResults(), new ClosingCounts()],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    setupFiles: ['scripts/property-seed.ts'],
    globalSetup: ['packages/server/test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
  },
});

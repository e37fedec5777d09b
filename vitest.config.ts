import { defineConfig } from 'vitest/config';
import { ClosingCounts } from './scripts/closing-counts.ts';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/src/**/*.test.tsx',
      'packages/*/test/**/*.test.ts',
      'e2e/**/*.test.ts',
      'spec/**/*.test.ts',
    ],
    reporters: ['default', new ClosingCounts()],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: ['packages/server/test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
  },
});

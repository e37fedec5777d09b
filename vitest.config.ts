import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { builtCompiler } from './scripts/built-compiler.ts';
import { ClosingCounts } from './scripts/closing-counts.ts';
import { TestResults } from './scripts/test-results.ts';

export default defineConfig({
  plugins: [builtCompiler()],
  // Our own packages from their source. Not by the `source` condition: other packages have one too, and it breaks them.
  resolve: {
    alias: {
      '@latchkey/tools/pack': fileURLToPath(new URL('packages/tools/src/pack.ts', import.meta.url)),
      '@latchkey/tools/stdio': fileURLToPath(new URL('packages/tools/src/stdio.ts', import.meta.url)),
      '@latchkey/tools': fileURLToPath(new URL('packages/tools/src/index.ts', import.meta.url)),
      'latchkey-doctor': fileURLToPath(new URL('packages/doctor/src/index.ts', import.meta.url)),
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/src/**/*.test.tsx',
      'packages/*/test/**/*.test.ts',
      'e2e/**/*.test.ts',
      'fuzz/**/*.test.ts',
      'spec/**/*.test.ts',
    ],
    reporters: ['default', new TestResults(), new ClosingCounts()],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // What is waited for may come late on a busy machine; what never comes is a failure all the same.
    expect: { poll: { timeout: 20_000 } },
    setupFiles: ['scripts/untouched-process.ts', 'scripts/property-seed.ts'],
    globalSetup: ['packages/server/test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // No test changes what its process shares (no mocked module, no environment): the files of a worker load it once.
    isolate: false,
  },
});

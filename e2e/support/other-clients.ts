import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

/** A file of a program in `e2e/clients`. Where it is not installed the test is skipped, and fails if nothing may be. */
export function needsClient({ skip }: Pick<TestContext, 'skip'>, file: string): string {
  const path = fileURLToPath(new URL(`../clients/node_modules/${file}`, import.meta.url));
  if (existsSync(path)) return path;
  const reason = `SKIPPED: ${file.split('/dist/', 1)[0]} (install: npm ci --prefix e2e/clients)`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return skip(reason);
}

import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** A test as it ran. */
export interface RanTest {
  /** From the repository's root. */
  file: string;
  /** The titles of its groups and its own, joined by ` > `. */
  name: string;
  state: string;
}

/** With CI=true, writes what ran to `test-results.json`, for `npm run spec:ran`. It says nothing. */
export class TestResults implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (process.env['CI'] !== 'true') return;
    const root = join(import.meta.dirname, '..');
    const ran: RanTest[] = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => ({
        file: relative(root, module.moduleId),
        name: test.fullName,
        state: test.result().state,
      })),
    );
    writeFileSync(join(root, 'test-results.json'), JSON.stringify(ran));
  }
}

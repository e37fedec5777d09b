import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one line that counts everything, `N passed, N failed, N skipped`, and names what was skipped and why.
 * With CI=true a skip is a failure: there everything that a test needs is installed.
 */
export class ClosingCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const reasons = new Set<string>();
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') counts.failed += 1;
        else {
          counts.skipped += 1;
          const note = result.state === 'skipped' ? result.note : undefined;
          reasons.add(note ?? `SKIPPED: ${test.fullName}`);
        }
      }
    }
    for (const reason of reasons) console.log(reason);
    if (process.env['CI'] === 'true' && counts.skipped > 0) {
      console.log('With CI=true a skipped test is a failure.');
      process.exitCode = 1;
    }
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}

import { access } from 'node:fs/promises';
import { chromium, type Browser } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';
export const NO_CHROMIUM = 'SKIPPED: chromium (install: apt-get install chromium)';

/** Debian's chromium, or undefined where it is not installed; in CI that is a failure. */
export async function openChromium(more: readonly string[] = []): Promise<Browser | undefined> {
  try {
    await access(PROGRAM);
  } catch {
    if (process.env['CI'] === 'true') throw new Error(NO_CHROMIUM);
    return undefined;
  }
  // As root chromium has no sandbox of its own to enter.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', ...more];
  return chromium.launch({ executablePath: PROGRAM, args });
}

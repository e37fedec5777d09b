import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Debian's. The first has no window that somebody could look at, and costs less than half as much. */
const PROGRAMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
export const NO_CHROMIUM =
  'SKIPPED: chromium (install: apt-get install chromium-headless-shell, or chromium)';

/** A chromium without a window, or undefined where none is installed; in CI that is a failure. */
export async function openChromium(more: readonly string[] = []): Promise<Browser | undefined> {
  const executablePath = PROGRAMS.find((path) => existsSync(path));
  if (executablePath === undefined) {
    if (process.env['CI'] === 'true') throw new Error(NO_CHROMIUM);
    return undefined;
  }
  // As root chromium has no sandbox of its own to enter.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', ...more];
  return chromium.launch({ executablePath, args });
}

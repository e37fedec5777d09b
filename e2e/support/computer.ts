import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { startFakeBrowser } from './fake-browser.ts';
import type { Decision, World } from './world.ts';

/** What a program came to. */
interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

/**
 * A computer for one test, on which programs of others run. It has a home of its own, no keychain, and a browser in which
 * its user makes the given decisions, one each time that it opens; after the last of them the window is just closed.
 */
export async function createComputer(world: World, decisions: readonly Decision[] = []) {
  const home = await mkdtemp(join(tmpdir(), 'latchkey-computer-'));
  const left = [...decisions];
  const browser = await startFakeBrowser(home, async (url) => {
    const decision = left.shift();
    return decision && world.approve(url, decision);
  });
  const running = new Set<ChildProcess>();
  onTestFinished(async () => {
    for (const child of running) child.kill();
    await browser.close();
    await rm(home, { recursive: true, force: true });
  });
  const env = {
    ...browser.env,
    HOME: home,
    // Without it programs find the keychain of who runs the tests.
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'no-bus')}`,
  };

  return {
    home,
    browser,
    env,
    /** Runs a program to its end. Nothing is on its standard input: some read all of that before they begin. */
    async run(command: string, args: readonly string[], more: Record<string, string> = {}): Promise<Run> {
      const child = spawn(command, args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
      running.add(child);
      const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
      const [[status], stdout, stderr] = await Promise.race([ended, browser.failure]);
      running.delete(child);
      return { status: status as number | null, stdout, stderr };
    },
  };
}

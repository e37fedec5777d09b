import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { App } from '../packages/server/src/app.ts';
import { seedDemo } from '../packages/server/src/commands/demo/seed.ts';
import { DEMO_PASSWORD } from '../packages/server/src/demo/demo-data.ts';
import { startReelport } from '../packages/server/src/demo/reelport/start-reelport.ts';
import { silentLog } from '../packages/server/src/kernel/log.ts';
import { startLatchkey } from '../packages/server/src/start.ts';
import { openChromium } from '../packages/server/test/portal/open-chromium.ts';
import { seedGallery } from './seed.ts';

/** Dangerous acts ask for a sign-in of the last ten minutes. */
const SIGN_IN_MS_MAX = 5 * 60_000;

type StoredState = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** The demo with its people, a service that was just started, and a browser to look at both. */
export interface Stage {
  readonly browser: Browser;
  readonly latchkey: App;
  readonly url: string;
  /** The link that a new service prints, for the first account. */
  readonly setUpLink: string;
  /** What the browser of this person holds once they signed in. */
  signedIn(email: string): Promise<StoredState>;
  close(): Promise<void>;
}

/** Throws where there is no Chromium. */
export async function openStage(): Promise<Stage> {
  const browser = await openBrowser();
  const demo = await startService();
  const reelport = await startReelport({
    databaseUrl: demo.databaseUrl,
    issuer: demo.latchkey.mcpBaseUrl,
    jwksUrl: `${demo.latchkey.mcpBaseUrl}/.well-known/jwks.json`,
    log: silentLog,
  });
  await seedDemo(demo.latchkey, reelport.url);
  await seedGallery(demo.latchkey);
  const url = demo.latchkey.webBaseUrl;
  const fresh = await startService();
  const prepared = await fresh.latchkey.setup.prepareSetup();
  if (prepared === undefined) throw new Error('A new service has somebody in it.');
  const setUpLink = `${fresh.latchkey.webBaseUrl}/setup?token=${prepared.token}`;
  const states = new Map<string, { state: Promise<StoredState>; sinceMs: number }>();

  async function signIn(email: string): Promise<StoredState> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${url}/sign-in`);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(DEMO_PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/app**');
    const state = await context.storageState();
    await context.close();
    return state;
  }

  return {
    browser,
    latchkey: demo.latchkey,
    url,
    setUpLink,
    signedIn(email) {
      const held = states.get(email);
      if (held !== undefined && performance.now() < held.sinceMs + SIGN_IN_MS_MAX) return held.state;
      const state = signIn(email);
      states.set(email, { state, sinceMs: performance.now() });
      return state;
    },
    async close() {
      await browser.close();
      await reelport.close();
      await demo.close();
      await fresh.close();
    },
  };
}

async function openBrowser(): Promise<Browser> {
  const browser = await openChromium();
  if (browser === undefined)
    throw new Error('The gallery needs Chromium: apt-get install chromium-headless-shell, or chromium');
  return browser;
}

/** The whole service with an embedded database of its own, in this process. */
async function startService() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-gallery-'));
  // Where root runs it, the database's own account passes through here.
  await chmod(folder, 0o755);
  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: undefined,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl: undefined,
      dataDir: join(folder, 'data'),
      secret: undefined,
      connectorPaths: [],
      trustedProxies: [],
      sharedEgress: [],
      configFile: undefined,
      logLevel: 'silent',
    },
    { environment: 'test', say: () => {}, log: silentLog },
  );
  if (!started.ok) throw new Error(started.error.message);
  return {
    ...started.value,
    async close() {
      await started.value.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

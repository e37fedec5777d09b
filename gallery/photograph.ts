import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { faultsByAxe } from '../packages/server/test/support/axe.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [390, 1280] as const;
const PATIENCE_MS = 20_000;

export interface Picture {
  readonly theme: (typeof THEMES)[number];
  readonly width: (typeof WIDTHS)[number];
  /** Below the folder of the pictures. */
  readonly file: string;
  /** What is wrong with what it shows, one line each. */
  readonly faults: readonly string[];
}

/** The four pictures of a scene: both themes, a phone and a desktop. */
export async function photograph(stage: Stage, scene: Scene, folder: string): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const theme of THEMES) {
    for (const width of WIDTHS) {
      const file = `${scene.name}.${theme}.${width}.png`;
      const look: BrowserContextOptions = {
        colorScheme: theme,
        viewport: { width, height: width === 390 ? 844 : 860 },
        reducedMotion: 'reduce',
      };
      const faults = await take(stage, scene, look, join(folder, file));
      pictures.push({ theme, width, file, faults });
    }
  }
  return pictures;
}

async function take(
  stage: Stage,
  scene: Scene,
  look: BrowserContextOptions,
  file: string,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const context = await stage.browser.newContext({
    ...look,
    javaScriptEnabled: scene.withoutScripts !== true,
    ...(scene.as === undefined ? {} : { storageState: await stage.signedIn(scene.as) }),
  });
  context.setDefaultTimeout(PATIENCE_MS);
  try {
    const page = await openPage(context, stage);
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      const isExpected = scene.expects?.test(message.text()) === true;
      if (message.type() === 'error' && !isExpected) faults.push(`console: ${message.text()}`);
    });
    try {
      await scene.pose(page, stage);
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      faults.push(`not reached: ${reason}`);
    }
    await mkdir(dirname(file), { recursive: true });
    await page.screenshot({ path: file, fullPage: true });
    const sideways = await sidewaysScroll(page);
    if (sideways > 0) faults.push(`scrolls sideways by ${sideways} px`);
    faults.push(...(await cutOff(page)).map((text) => `cut off: ${text}`));
    const found = scene.withoutScripts === true ? copied(stage, look, page) : faultsByAxe(page);
    faults.push(...(await found).map((fault) => `axe: ${fault}`));
  } finally {
    await context.close();
  }
  return faults;
}

/** Apps, to which pages send the browser back, are not there: the page stays. */
async function openPage(context: BrowserContext, { url, setUpLink }: Stage): Promise<Page> {
  const own = new Set([url, new URL(setUpLink).origin]);
  await context.route(
    (target) => !own.has(target.origin),
    (route) => route.abort('aborted'),
  );
  return context.newPage();
}

/** axe is a script: a page that was opened without scripts is copied to where they run. */
async function copied(stage: Stage, look: BrowserContextOptions, original: Page): Promise<string[]> {
  const context = await stage.browser.newContext(look);
  try {
    const page = await openPage(context, stage);
    const body = await original.content();
    await page.route(original.url(), (route) => route.fulfill({ contentType: 'text/html', body }));
    await page.goto(original.url());
    return await faultsByAxe(page);
  } finally {
    await context.close();
  }
}

/** Texts that go on beyond the edge of a box that does not scroll, and whose end nobody sees. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const cut = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.data.trim() === '') continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const { right, width } = range.getBoundingClientRect();
      if (width === 0) continue;
      for (let box = text.parentElement; box !== null && box !== document.body; box = box.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(box);
        const edge = box.getBoundingClientRect();
        if (overflowX === 'auto' || overflowX === 'scroll' || textOverflow === 'ellipsis' || edge.width <= 1) break;
        if (overflowX !== 'visible' && right > edge.right + 1) cut.add(text.data.trim().slice(0, 60));
      }
    }
    return [...cut];
  })()`);
}

function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate<number>(
    'Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth',
  );
}

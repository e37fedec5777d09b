import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

/** A phone of the middle class on a slow line: 1.6 Mbit/s, 150 ms there and back, a quarter of this machine's speed. */
const SLOW_LINE = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const TIMES_SLOWER = 4;

/** Milliseconds until the largest part of a page is painted (Largest Contentful Paint), at its first visit. */
export async function largestPaint(stage: Stage, scene: Scene): Promise<number> {
  const context = await stage.browser.newContext({
    viewport: { width: 390, height: 844 },
    ...(scene.as === undefined ? {} : { storageState: await stage.signedIn(scene.as) }),
  });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', SLOW_LINE);
    await session.send('Emulation.setCPUThrottlingRate', { rate: TIMES_SLOWER });
    await scene.pose(page, stage);
    await page.waitForLoadState('networkidle');
    return await page.evaluate<number>(`new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
        .observe({ type: 'largest-contentful-paint', buffered: true });
    })`);
  } finally {
    await context.close();
  }
}

import { Hono } from 'hono';
import type { PageEnv } from './page-env.ts';

const SECONDS = 60 * 60;

/**
 * `GET /logos/{hash}.png`: the pictures that organisations show of themselves, for whoever has the address: people who
 * are asked to connect an app, and the app itself.
 */
export function logoRoutes(find: (hash: string) => Promise<Buffer | undefined>): Hono<PageEnv> {
  return new Hono<PageEnv>().get('/logos/:file{[0-9a-f]{32}\\.png}', async (c) => {
    const png = await find(c.req.param('file').slice(0, -'.png'.length));
    if (png === undefined) return c.notFound();
    return c.body(new Uint8Array(png), 200, {
      'Content-Type': 'image/png',
      // Not for long: one that was removed is to be gone.
      'Cache-Control': `public, max-age=${SECONDS}`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
  });
}

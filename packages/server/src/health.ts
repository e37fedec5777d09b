import { Hono } from 'hono';
import type { Readiness } from './readiness.ts';

/**
 * `/healthz`: the process answers. `/readyz`: it can do its work, so traffic may be sent to it; where it cannot, the body
 * names the part, and no more than that: anybody may ask.
 */
export function healthRoutes(readiness: Pick<Readiness, 'look'>): Hono {
  return new Hono()
    .get('/healthz', (context) => context.json({ status: 'ok' }))
    .get('/readyz', async (context) => {
      const { status, ...parts } = await readiness.look();
      return context.json({ status, ...parts }, status === 'ready' ? 200 : 503);
    });
}

import { Hono } from 'hono';

/** `/healthz`: the process answers. `/readyz`: it can do its work, so traffic may be sent to it. */
export function healthRoutes({
  ping,
  isCurrent,
}: {
  ping: () => Promise<void>;
  isCurrent: () => boolean;
}): Hono {
  return new Hono()
    .get('/healthz', (context) => context.json({ status: 'ok' }))
    .get('/readyz', async (context) => {
      const database = await ping().then(
        () => true,
        () => false,
      );
      const changes = isCurrent();
      const ready = database && changes;
      return context.json({ status: ready ? 'ready' : 'not ready', database, changes }, ready ? 200 : 503);
    });
}

import { Hono } from 'hono';

/** `/healthz`: the process answers. `/readyz`: it can do its work, so traffic may be sent to it. */
export function healthRoutes({
  ping,
  isCurrent,
  hasSecret,
}: {
  ping: () => Promise<void>;
  isCurrent: () => boolean;
  /** False: LATCHKEY_SECRET has been rotated, and this process has the former one. */
  hasSecret: () => boolean;
}): Hono {
  return new Hono()
    .get('/healthz', (context) => context.json({ status: 'ok' }))
    .get('/readyz', async (context) => {
      const database = await ping().then(
        () => true,
        () => false,
      );
      const changes = isCurrent();
      const secret = hasSecret();
      const ready = database && changes && secret;
      const status = ready ? 'ready' : 'not ready';
      return context.json({ status, database, changes, secret }, ready ? 200 : 503);
    });
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { AddressGuardOptions } from '../../src/kernel/address-guard.ts';
import { openPortal } from './open-portal.ts';

/** The web host on a port of its own, for browsers. */
export async function servePortal({
  addressGuard = {},
  directory,
}: {
  directory: string;
  addressGuard?: AddressGuardOptions | undefined;
}) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const portal = await openPortal({ baseUrl: `http://localhost:${port}`, directory, addressGuard });
  const listener = getRequestListener(portal.app.fetch, { overrideGlobalObjects: false });
  server.on('request', (req, res) => void listener(req, res));
  return {
    ...portal,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await portal.close();
    },
  };
}

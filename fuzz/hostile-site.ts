import { randomBytes } from 'node:crypto';
import { createServer } from 'node:tls';
import { connect, type AddressInfo } from 'node:net';
import {
  newCertificate,
  PUBLIC_ADDRESS,
} from '../packages/server/test/client-documents/support/document-host.ts';
import type { AddressGuardOptions } from '../packages/server/src/kernel/address-guard.ts';

/** A site on the internet whose answers are bytes that somebody made up; no packet leaves this machine. */
export interface HostileSite {
  /** How the service reaches it, and nothing else. */
  readonly guard: AddressGuardOptions;
  answerWith(bytes: Buffer): void;
  /** An address of it that nobody asked for yet. */
  newUrl(): string;
  close(): Promise<void>;
}

export const SITE = 'app.test';

export async function startHostileSite(): Promise<HostileSite> {
  const { cert, key } = await newCertificate([SITE]);
  let made = Buffer.alloc(0);
  const server = createServer({ cert, key }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(made));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    guard: {
      ca: cert,
      resolve: async () => [PUBLIC_ADDRESS],
      dial: () => connect({ host: '127.0.0.1', port }),
      deadlineMs: 900,
    },
    answerWith(bytes) {
      made = Buffer.from(bytes);
    },
    newUrl: () => `https://${SITE}/${randomBytes(8).toString('hex')}`,
    async close() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

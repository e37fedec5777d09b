import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AddressGuardOptions } from '../../../src/kernel/address-guard.ts';

/** Globally routable, and nobody's business: no packet goes there, because `dial` leads to the test's own server. */
export const PUBLIC_ADDRESS = '160.79.104.10';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A key and a certificate of its own, made for this run and good for these names. */
export async function newCertificate(names: readonly string[]): Promise<{ key: string; cert: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-certificate-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  try {
    const subjects = names.map((name) => `DNS:${name}`).join(',');
    const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test`;
    await promisify(execFile)('openssl', [
      ...request.split(' '),
      '-keyout',
      key,
      '-out',
      cert,
      '-addext',
      `subjectAltName=${subjects}`,
    ]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The https sites of the internet that a test needs, on one loopback port; each path is answered by its handler. */
export async function startDocumentHost(names: readonly string[]) {
  const { key, cert } = await newCertificate(names);
  const handlers = new Map<string, Handler>();
  const asked: { url: string; headers: IncomingMessage['headers'] }[] = [];
  const dialled: string[] = [];
  const addresses = new Map<string, string[]>();
  let resolutions = 0;

  const server = createServer({ key, cert }, (request, response) => {
    const url = `https://${request.headers.host}${request.url}`;
    asked.push({ url, headers: request.headers });
    const handler = handlers.get(url);
    if (handler === undefined) response.writeHead(404).end();
    else handler(request, response);
  });
  // A client that will not have our certificate breaks the connection off.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const guard: AddressGuardOptions = {
    ca: cert,
    resolve: async (hostname) => {
      resolutions += 1;
      return addresses.get(hostname) ?? [PUBLIC_ADDRESS];
    },
    dial: (address) => {
      dialled.push(address);
      return connect({ host: '127.0.0.1', port });
    },
  };

  return {
    guard,
    asked,
    dialled,
    addresses,
    resolutions: () => resolutions,
    timesAsked: (url: string) => asked.filter((one) => one.url === url).length,
    on(url: string, handler: Handler): void {
      handlers.set(url, handler);
    },
    publish(url: string, document: unknown, headers: Record<string, string> = {}): void {
      handlers.set(url, (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', ...headers });
        response.end(typeof document === 'string' ? document : JSON.stringify(document));
      });
    },
    /** Ends what is kept open; resolves when the other sides have had a chance to notice. */
    async dropConnections(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type DocumentHost = Awaited<ReturnType<typeof startDocumentHost>>;

import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch as undiciFetch } from 'undici';
import { newCertificate } from '../../../packages/server/test/client-documents/support/document-host.ts';
import { freePort } from '../../../packages/server/test/support/free-port.ts';

/** A host of the site: its name, and where the name leads on this machine. */
export interface SiteHost {
  readonly name: string;
  readonly address: string;
  readonly origin: string;
}

/** Two hosts of public names on two loopback addresses, with a certificate that was made for this run. */
export interface Site {
  readonly port: number;
  readonly mcp: SiteHost;
  readonly web: SiteHost;
  readonly folder: string;
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
  /** For Chromium: the names lead here, and this certificate alone is taken for good (RFC 7469 section 2.4). */
  readonly chromiumArgs: readonly string[];
  /** What leads a client of Node's here, and has it trust the certificate. */
  readonly tls: { readonly ca: string; readonly lookup: LookupFunction };
  /** `fetch` as a program that trusts the certificate has it. */
  readonly fetch: (input: string | URL, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const names = { mcp: 'mcp.latchkey.test', web: 'app.latchkey.test' };
  const addresses: Record<string, string> = { [names.mcp]: '127.0.0.2', [names.web]: '127.0.0.3' };
  const port = await freePort();
  const { cert, key } = await newCertificate(Object.values(names));
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-site-'));
  await writeFile(join(folder, 'site.pem'), cert);
  await writeFile(join(folder, 'site.key'), key, { mode: 0o600 });
  const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  const pin = createHash('sha256').update(spki).digest('base64');
  const rules = Object.entries(addresses).map(([name, address]) => `MAP ${name} ${address}`);
  const lookup: LookupFunction = (hostname, { all }, done) => {
    const address = addresses[hostname];
    if (address === undefined) return done(new Error(`${hostname} is not of this site`), '');
    if (all === true) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  };
  const agent = new Agent({ connect: { ca: cert, lookup } });
  const hostOf = (name: string): SiteHost => ({
    name,
    address: addresses[name] ?? '',
    origin: `https://${name}:${port}`,
  });
  return {
    port,
    mcp: hostOf(names.mcp),
    web: hostOf(names.web),
    folder,
    certificate: join(folder, 'site.pem'),
    key: join(folder, 'site.key'),
    chromiumArgs: [
      `--host-resolver-rules=${rules.join(',')}`,
      `--ignore-certificate-errors-spki-list=${pin}`,
    ],
    tls: { ca: cert, lookup },
    // As the global one answers, which programs look at by its class.
    async fetch(input, init) {
      const options = { ...init, dispatcher: agent } as Parameters<typeof undiciFetch>[1];
      const { body, headers, status, statusText } = await undiciFetch(String(input), options);
      return new Response(body as ReadableStream | null, { status, statusText, headers: [...headers] });
    },
    async close() {
      await agent.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

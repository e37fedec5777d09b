import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCertificate } from '../../server/test/client-documents/support/document-host.ts';
import { diagnose } from '../src/index.ts';
import { startConnector } from './fixtures/connector.ts';
import { examine, findingsOf, namesOf } from './support.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

describe('the URL that was typed', () => {
  // Of a name that nobody may have, DNS knows nothing: what is judged is the URL alone.
  const TYPED = 'http://me:pw@Nowhere.INVALID:8080/mcp/sse/?k=v#top';
  const WRONG = ['D1 credentials', 'D2 no-address'];
  const ODD = ['D1 query', 'D1 fragment', 'D1 host-case'];

  test('is judged part by part, for a client whose vendor’s servers connect', async () => {
    const report = await diagnose(TYPED);
    expect(namesOf(report, 'fail')).toEqual(['D1 not-https', 'D1 port', ...WRONG]);
    expect(namesOf(report, 'warn')).toEqual(ODD);
    expect(namesOf(report, 'note')).toEqual(['D1 trailing-slash']);
    expect(report.verdict).toBe('unreachable');
  });

  test('may have a port, and http at a price, for a client on the user’s machine', async () => {
    const report = await diagnose(TYPED, { as: 'vscode' });
    expect(namesOf(report, 'fail')).toEqual(WRONG);
    expect(namesOf(report, 'warn')).toEqual(['D1 not-https', ...ODD]);
    expect(namesOf(report, 'note')).toEqual(['D1 port', 'D1 trailing-slash']);
  });

  test('that ends with /sse is taken for the old transport, and nothing else is said of a plain one', async () => {
    expect(namesOf(await diagnose('https://nowhere.invalid/mcp/sse'), 'fail', 'warn', 'note')).toEqual([
      'D1 sse',
      'D2 no-address',
    ]);
  });

  test('is http or https', async () => {
    await expect(diagnose('ftp://nowhere.invalid/')).rejects.toThrow(TypeError);
  });
});

test('an address that the internet does not reach is one, though it answers here', async () => {
  const connector = await startConnector();
  // This machine answers there, and it is no loopback address.
  const url = connector.url.replace('127.0.0.1', '0.0.0.0');
  const hosted = await examine({ ...connector, url });
  const local = await examine({ ...connector, url }, { as: 'cursor' });
  await connector.close();
  expect(namesOf(hosted, 'fail').slice(0, 3)).toEqual(['D1 not-https', 'D1 port', 'D2 private-address']);
  expect(namesOf(hosted, 'fail')).toContain('D8 endpoint-insecure');
  expect(namesOf(hosted, 'fail')).toContain('D22 inner-address');
  expect(namesOf(local, 'note')).toContain('D2 private-address');
  expect(hosted.local).toBe(false);
});

test('without an IPv4 address a hosted client does not come', async () => {
  // An address of this machine at which nothing listens.
  const hosted = await diagnose('https://[::]:1/mcp');
  const local = await diagnose('https://[::]:1/mcp', { as: 'cursor' });
  expect(namesOf(hosted, 'fail')).toContain('D2 no-ipv4');
  expect(namesOf(local, 'warn')).toContain('D2 no-ipv4');
});

describe('a connector with a certificate', () => {
  let server: Server;
  let url: string;
  let certificate: { key: string; cert: string };
  beforeAll(async () => {
    certificate = await newCertificate(['localhost']);
    server = createServer(certificate, (request, response) => {
      request.resume();
      const pointer = `http://${request.headers.host}/.well-known/oauth-protected-resource/mcp`;
      response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${pointer}"` }).end();
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}/mcp`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('that does not verify is told so: it answered, and no client gets in', async () => {
    const report = await diagnose(url);
    expect(namesOf(report, 'fail')).toEqual(['D3 certificate']);
    expect(report.verdict).toBe('faults');
    expect(findingsOf(report, 'not_run').at(-1)?.seen).toMatch(/could not be asked: TLS/);
  });

  test('that ends in two days is warned of, and http in its metadata is what a proxy lost', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-authority-'));
    const authority = join(folder, 'cert.pem');
    await writeFile(authority, certificate.cert);
    const child = spawn(process.execPath, [CLI, url, '--json'], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { checks } = JSON.parse(await text(child.stdout)) as {
      checks: { check: string; findings: { rule: string; severity: string; seen: string }[] }[];
    };
    await rm(folder, { recursive: true });
    const found = checks.flatMap(({ check, findings }) =>
      findings.map(({ rule, severity }) => `${severity} ${check} ${rule}`),
    );
    expect(found).toContain('warn D3 certificate-expires');
    expect(found).toContain('note D3 handshake');
    expect(found).toContain('fail D22 https-lost');
  });
});

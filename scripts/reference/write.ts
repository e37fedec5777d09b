// npm run docs:reference: writes what the reference pages take from the programs themselves. A test compares them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderCommands } from './commands.ts';
import { renderPortalApi } from './portal-api.ts';
import { withSteps } from './steps.ts';

const CLI = fileURLToPath(new URL('../../packages/server/dist/cli.js', import.meta.url));
const page = (name: string) => new URL(`../../docs/${name}.md`, import.meta.url);

await writeFile(page('commands'), await renderCommands());
await writeFile(page('connect-apps'), withSteps(await readFile(page('connect-apps'), 'utf8')));
await writeFile(page('portal-api'), renderPortalApi(await readDocument()));

/** From a service of its own, with an empty database. */
async function readDocument(): Promise<unknown> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-reference-'));
  // Where root runs this, the database's own account passes through here.
  await chmod(dataDir, 0o755);
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [CLI, 'serve'], {
    env: { PATH, PORT: '0', LATCHKEY_DATA_DIR: dataDir, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const line of createInterface(child.stdout)) {
      const { url } = JSON.parse(line) as { url: string };
      return await (await fetch(`${url}/portal/v1/openapi.json`)).json();
    }
    throw new Error('the service did not start');
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'close');
    await rm(dataDir, { recursive: true, force: true });
  }
}

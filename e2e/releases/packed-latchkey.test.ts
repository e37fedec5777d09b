import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readArchive } from '@latchkey/tools';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ALL_TOOLS, READ_TOOLS } from '../support/organisations.ts';
import { portalOf } from '../support/portal.ts';
import { STDIO_APPS } from '../support/stdio-program.ts';
import { openWorld, type World } from '../support/world.ts';

const run = promisify(execFile);
const LATCHKEY = fileURLToPath(new URL('../../packages/server/bin/latchkey.js', import.meta.url));
const ACME = { slug: 'acme', email: 'owner@acme.test' };

let world: World;
let folder: string;
beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-packed-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const newKey = (name: string, access: 'read' | 'full') =>
  portalOf(world, ACME).createAgent({ name, role: 'member', access });

async function packAt(url: string, key: string, out: string): Promise<string> {
  await run(process.execPath, [LATCHKEY, 'pack', '--from', url, '--name', 'reelport-mcp', '--out', out], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', LATCHKEY_API_KEY: key },
  });
  return join(folder, out, 'package');
}

async function open(place: string, env: Record<string, string>) {
  const app = await STDIO_APPS.at(-1)?.connect({
    command: process.execPath,
    args: [join(place, 'server/main.js')],
    env,
  });
  if (app === undefined) throw new Error('there is no app');
  onTestFinished(() => app.close());
  return app;
}

test('what a running Latchkey offers is packed without the key that asked, and called there with each user’s own', async () => {
  const packer = await newKey('Packer', 'full');
  const place = await packAt(`${world.url}/mcp/acme/c/reelport`, packer.secret, 'whole');
  for (const path of await readdir(place, { recursive: true })) {
    const content = await readFile(join(place, path)).catch(() => Buffer.alloc(0));
    expect([path, content.includes(packer.secret)]).toEqual([path, false]);
  }
  // Its name stands in the address, and in nothing that an app or an agent is told.
  const tools = JSON.parse(await readFile(join(place, 'server/tools.json'), 'utf8')) as {
    instructions: string;
    server: object;
  };
  expect(`${tools.instructions} ${JSON.stringify(tools.server)}`).not.toMatch(/acme/i);
  const { host } = new URL(world.url);
  const bundle = readArchive(await readFile(join(place, '../reelport-mcp-1.0.0.mcpb')));
  if (!bundle.ok) throw new Error(bundle.error.message);
  const manifest = JSON.parse(Buffer.from(bundle.value.get('manifest.json') ?? '').toString()) as object;
  expect(manifest).toMatchObject({
    user_config: {
      api_key: {
        description: `A key of Latchkey, made in its dashboard. Sent to ${host} and nobody else.`,
      },
    },
  });
  const provenance = JSON.parse(await readFile(join(place, 'provenance.json'), 'utf8')) as object;
  expect(provenance).toMatchObject({ source: { kind: 'latchkey', url: `${world.url}/mcp/acme/c/reelport` } });

  const user = await newKey('User', 'full');
  const reading = await open(place, { REELPORT_API_KEY: user.secret });
  expect(await reading.toolNames()).toEqual(READ_TOOLS);
  expect(await reading.call('get_credit_balance')).toMatchObject({ failed: false });
  const full = await open(place, { REELPORT_API_KEY: user.secret, REELPORT_ACCESS: 'full' });
  expect(await full.toolNames()).toEqual(ALL_TOOLS);
  expect(await full.call('create_bundle', { title: 'Packed' })).toMatchObject({ failed: false });

  // It is the user's key that decides, whatever the package offers.
  const limited = await open(place, {
    REELPORT_API_KEY: (await newKey('Reader', 'read')).secret,
    REELPORT_ACCESS: 'full',
  });
  expect(await limited.call('create_bundle', { title: 'Never' })).toMatchObject({
    failed: true,
    said: { status: 403 },
  });
  await portalOf(world, ACME).revokeKey(user.id);
  expect(await full.call('get_credit_balance')).toMatchObject({ failed: true, said: { status: 401 } });
});

test('a key with read-only access packs what reads, and nothing can ask for more', async () => {
  const { secret } = await newKey('Read-only packer', 'read');
  const place = await packAt(`${world.url}/mcp/acme`, secret, 'reading');
  const app = await open(place, { REELPORT_API_KEY: secret, REELPORT_ACCESS: 'full' });
  expect(await app.toolNames()).toEqual(READ_TOOLS);
});

test('a key that is none packs nothing and says so', async () => {
  await expect(packAt(world.url, 'lk_live_nothing', 'none')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--from: ') as string,
  });
  expect(await readdir(folder)).not.toContain('none');
});

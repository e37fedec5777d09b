import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';
import { startCommand } from './support/latchkey-command.ts';

/** A way to the database on which one kind of connection, by the name that it gives, is never answered. */
async function startWayWithout(name: string, databaseUrl: string) {
  const { port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    // The first that a client sends holds its name.
    near.once('data', (chunk: Buffer) => {
      if (chunk.includes(name)) return;
      far.write(chunk);
      near.pipe(far);
    });
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test('a start that fails after the port was taken ends the process, so that whoever looks after it starts it again', async () => {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-failed-start-'));
  const way = await startWayWithout('latchkey changes', database.url);
  const served = startCommand(['serve'], {
    cwd: folder,
    environment: {
      PORT: '0',
      DATABASE_URL: way.url,
      LATCHKEY_DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'silent',
    },
  });
  onTestFinished(async () => {
    served.child.kill('SIGKILL');
    await served.exit;
    way.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  expect(await served.exit).toBe(1);
  expect(served.err()).toContain('latchkey: ');
  expect(served.out()).not.toContain('ready');
});

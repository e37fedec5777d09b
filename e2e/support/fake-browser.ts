import { EventEmitter, once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/** Under these names programs find the browser that their user likes, on Linux and on a Mac. */
const NAMES = ['xdg-open', 'open', 'fake-browser'];
const CALLBACK_PATIENCE_MS = 10_000;

/**
 * A browser without a window. A program that opens a URL in it (`env` makes it the only one it finds) has it read by the
 * scripted person `visit`, who answers with the URL that the pages lead to, or with nothing, as who closes the window.
 */
export async function startFakeBrowser(directory: string, visit: (url: string) => Promise<URL | undefined>) {
  const opened: string[] = [];
  const events = new EventEmitter<{ opened: [] }>();
  let fail: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => {});

  async function open(url: string): Promise<void> {
    opened.push(url);
    events.emit('opened');
    const target = await visit(url);
    if (target !== undefined) await follow(target);
  }

  const server = createServer((req, res) => {
    res.end();
    void text(req).then(open).catch(fail);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const binaries = join(directory, 'bin');
  await mkdir(binaries);
  const script = `#!${process.execPath}
fetch('http://127.0.0.1:${port}/', { method: 'POST', body: process.argv[2] });
`;
  for (const name of NAMES) {
    await writeFile(join(binaries, name), script);
    await chmod(join(binaries, name), 0o755);
  }

  return {
    opened: opened as readonly string[],
    async openedTimes(count: number): Promise<void> {
      while (opened.length < count) await Promise.race([once(events, 'opened'), failure]);
    },
    /** Rejects when the person got stuck: whoever waits for the sign-in would wait in vain. */
    failure,
    env: {
      BROWSER: 'fake-browser',
      PATH: [binaries, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    },
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Programs open the browser first and listen for its return a moment later: people are not that quick, a script is. */
async function follow(target: URL): Promise<void> {
  const deadline = Date.now() + CALLBACK_PATIENCE_MS;
  for (;;) {
    try {
      const response = await fetch(target);
      await response.text();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await setTimeout(50);
    }
  }
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Contender } from './contender.ts';
import { startServer } from './start-server.ts';
import { callBody, JSON_HEADERS } from './work.ts';

/** What any gateway on Node costs before it does anything. */
export const BARE = 'node:http and undici';

export function startBare(upstream: string, folder: string): Promise<Contender> {
  return startServer(
    {
      name: BARE,
      version: undiciVersion(),
      command: ({ port }) => [fileURLToPath(new URL('bare-server.mjs', import.meta.url)), port, upstream],
      row: (url) => ({ wire: () => ({ url, headers: JSON_HEADERS, body: callBody('get_item') }) }),
    },
    { upstream, folder },
  );
}

function undiciVersion(): string {
  const file = createRequire(import.meta.url).resolve('undici/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { vi, type TestContext } from 'vitest';
import { freePort } from '../../../packages/server/test/support/free-port.ts';
import type { Site } from './site.ts';

const DEPLOY = fileURLToPath(new URL('../../../deploy', import.meta.url));

/** Where the two halves listen: `127.0.0.2:4747`. */
export interface Behind {
  readonly gateway: string;
  readonly web: string;
}

export interface RunningProxy {
  stop(): Promise<void>;
}

export interface Proxy {
  readonly name: string;
  isHere(): boolean;
  /** Skips the test where it is not, and fails it if nothing may be. */
  needs(context: Pick<TestContext, 'skip'>): void;
  /** With the example of `deploy/`, in which names, addresses and certificates alone are others. */
  start(site: Site, behind: Behind): Promise<RunningProxy>;
}

export const nginx: Proxy = {
  name: 'nginx',
  isHere: () => answers('nginx', '-v'),
  needs: (context) => nginx.isHere() || isMissing(context, 'nginx', 'nginx-light'),
  async start(site, behind) {
    const { certificate, folder, key, mcp, port, web } = site;
    const home = join(folder, `nginx-${port}`);
    await mkdir(home, { recursive: true });
    const example = await readFile(`${DEPLOY}/nginx/latchkey.conf`, 'utf8');
    const own = withChanges(example, [
      ['server 127.0.0.1:4747;', `server ${behind.gateway};`],
      ['server 127.0.0.1:4748;', `server ${behind.web};`],
      // The first of two, then the second.
      ['listen 443 ssl http2;', `listen ${mcp.address}:${port} ssl http2;`],
      ['listen 443 ssl http2;', `listen ${web.address}:${port} ssl http2;`],
      ['listen 80;', `listen ${mcp.address}:${await freePort()};`],
      ['/etc/ssl/latchkey/mcp.pem', certificate],
      ['/etc/ssl/latchkey/mcp.key', key],
      ['/etc/ssl/latchkey/app.pem', certificate],
      ['/etc/ssl/latchkey/app.key', key],
    ])
      .replaceAll('mcp.example.com', mcp.name)
      .replaceAll('app.example.com', web.name);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(home, name)};`,
    );
    const path = join(home, 'nginx.conf');
    await writeFile(
      path,
      `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${join(home, 'pid')}; error_log ${join(home, 'error.log')};
events {}
http { access_log off; ${temporary.join(' ')}
${own}
}`,
    );
    return running(spawn('nginx', ['-p', home, '-c', path], { stdio: ['ignore', 'ignore', 'pipe'] }), site);
  },
};

export const caddy: Proxy = {
  name: 'Caddy',
  isHere: () => answers('caddy', 'version'),
  needs: (context) => caddy.isHere() || isMissing(context, 'caddy', 'caddy'),
  async start(site, behind) {
    const { certificate, folder, key, mcp, web } = site;
    const example = await readFile(`${DEPLOY}/caddy/Caddyfile`, 'utf8');
    const hosts = withChanges(example, [
      ['{$MCP_HOST:mcp.example.com} {', `{$MCP_HOST} {\n\tbind ${mcp.address}\n\ttls ${certificate} ${key}`],
      ['{$WEB_HOST:app.example.com} {', `{$WEB_HOST} {\n\tbind ${web.address}\n\ttls ${certificate} ${key}`],
    ]);
    const path = join(folder, 'Caddyfile');
    await writeFile(path, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${hosts}`);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      MCP_HOST: mcp.origin,
      WEB_HOST: web.origin,
      GATEWAY_UPSTREAM: behind.gateway,
      WEB_UPSTREAM: behind.web,
    };
    const args = ['run', '--adapter', 'caddyfile', '--config', path];
    return running(spawn('caddy', args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] }), site);
  },
};

/** Each change once, in their order. Throws where the example has not what is to be changed. */
function withChanges(example: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`);
    return text.replace(from, () => to);
  }, example);
}

async function running(child: ChildProcess, { mcp, port, tls, web }: Site): Promise<RunningProxy> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  const gone = once(child, 'exit');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  await vi.waitFor(
    async () => {
      if (hasEnded()) return;
      for (const { address, name } of [mcp, web]) {
        const socket = connect({ host: address, port, servername: name, ca: tls.ca });
        try {
          await once(socket, 'secureConnect');
        } finally {
          socket.destroy();
        }
      }
    },
    { timeout: 20_000, interval: 20 },
  );
  if (hasEnded()) throw new Error(`it ended: ${said}`);
  return {
    async stop() {
      // Not in order: what is open is to break off.
      if (!hasEnded()) child.kill('SIGTERM');
      await gone;
    },
  };
}

function answers(program: string, argument: string): boolean {
  return spawnSync(program, [argument]).status === 0;
}

function isMissing({ skip }: Pick<TestContext, 'skip'>, program: string, bundle: string): void {
  const reason = `SKIPPED: ${program} (install: apt-get install ${bundle})`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  skip(reason);
}

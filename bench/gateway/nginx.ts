import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORES } from './programs.ts';
import { ANSWER } from './work.ts';
import { freePort } from '../../packages/server/test/support/free-port.ts';

export interface Nginx {
  readonly url: string;
  readonly pid: number;
  /** Requests that were answered since the start. */
  answered(): Promise<number>;
  close(): Promise<void>;
}

const ATTEMPTS_MAX = 200;

/** What stands behind every contender: one worker that answers the same to every request. */
export function startUpstream(folder: string): Promise<Nginx> {
  return start(join(folder, 'upstream'), CORES.upstream, () => `return 200 '${ANSWER}';`);
}

/** What every contender is compared with: one worker that passes requests on, over kept connections. */
export function startProxy(folder: string, upstream: string): Promise<Nginx> {
  return start(
    join(folder, 'proxy'),
    CORES.measured,
    () => `proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection "";`,
    `upstream behind { server ${new URL(upstream).host}; keepalive 128; keepalive_requests 1000000000; keepalive_time 24h; }`,
  );
}

async function start(folder: string, core: string, location: () => string, more = ''): Promise<Nginx> {
  mkdirSync(folder, { recursive: true });
  const [port, statusPort] = [await freePort(), await freePort()];
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log ${join(folder, 'error.log')};
events { worker_connections 4096; }
http {
  access_log off; default_type application/json; ${temporary.join(' ')}
  keepalive_requests 1000000000; keepalive_time 24h; keepalive_timeout 1h;
  ${more}
  server { listen 127.0.0.1:${port} backlog=4096; location / { ${location()} } }
  server { listen 127.0.0.1:${statusPort}; location / { stub_status; } }
}
`,
  );
  const child = spawn('taskset', ['-c', core, 'nginx', '-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const status = `http://127.0.0.1:${statusPort}`;
  await listening(child, status);
  // The question whether it is there was a request, too.
  let asked = 1;
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async answered() {
      asked += 1;
      const text = await (await fetch(status)).text();
      // The third of a line of three numbers.
      const requests = /\n\s*\d+ \d+ (\d+)/.exec(text)?.[1];
      return Number(requests) - asked;
    },
    async close() {
      process.off('exit', end);
      if (child.exitCode !== null) return;
      child.kill('SIGQUIT');
      await once(child, 'exit');
    },
  };
}

async function listening(child: ChildProcess, url: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (child.exitCode !== null) throw new Error('nginx did not start');
    const isThere = await fetch(url).then(
      (answer) => answer.text().then(() => true),
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill('SIGKILL');
  throw new Error('nginx does not answer');
}

import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { diagnose } from 'latchkey-doctor';
import { startConnector } from '../../packages/doctor/test/fixtures/connector.ts';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import { fromJudges, hasJudges } from '../catalogue/judges.ts';
import { toPage, type Examined } from './findings-page.ts';

// The doctor at two servers that are not ours, with their own authentication: `npm run doctor:others`. Writes
// docs/doctor-findings.md.

if (!hasJudges()) throw new Error('they are installed apart: npm ci --prefix bench/judges');
const REDIRECT_URI = 'http://127.0.0.1:33418/callback';
const OUT = new URL('../../docs/doctor-findings.md', import.meta.url);
const packageDir = (name: string): string =>
  fileURLToPath(new URL(`../judges/node_modules/${name}`, import.meta.url));

/** Starts a server of its own and waits until it answers anything. */
async function start(script: string, port: number, config: object) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [file, JSON.stringify(config)], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}/mcp`;
  const answers = (): Promise<boolean> =>
    fetch(url, { method: 'POST' }).then(
      () => true,
      () => false,
    );
  while (child.exitCode === null && !(await answers()))
    await new Promise((resolve) => setTimeout(resolve, 100));
  if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}`);
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function examineXmcp(): Promise<Examined> {
  const port = await freePort();
  const secret = randomBytes(32).toString('hex');
  const server = await start('xmcp-child.cjs', port, { dir: packageDir('xmcp'), port, secret });
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: 'doctor', aud: server.url, iat: now, exp: now + 3_600 })}`;
  const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  try {
    return {
      title: `xmcp ${version('xmcp')}`,
      about:
        'With its `jwtAuthMiddleware` (HS256). It verifies tokens and does not say where to get one. Its compiler is a package of its own; its published runtime was given the tool and the middleware directly.',
      runs: [
        { how: 'As a client finds it', report: await diagnose(server.url) },
        { how: 'With a token that it takes', report: await diagnose(server.url, { token }) },
      ],
    };
  } finally {
    await server.stop();
  }
}

async function examineFastmcp(): Promise<Examined> {
  const provider = await startConnector();
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const registered = await fetch(`${provider.origin}/register`, {
    method: 'POST',
    body: JSON.stringify({
      redirect_uris: [`${baseUrl}/oauth/callback`],
      token_endpoint_auth_method: 'client_secret_post',
    }),
  });
  const client = (await registered.json()) as { client_id: string; client_secret: string };
  const server = await start('fastmcp-child.mjs', port, {
    entry: pathToFileURL(fromJudges.resolve('fastmcp')).href,
    port,
    baseUrl,
    provider: {
      clientId: client.client_id,
      clientSecret: client.client_secret,
      authorizationEndpoint: `${provider.origin}/authorize`,
      tokenEndpoint: `${provider.origin}/token`,
      tokenEndpointAuthMethod: 'client_secret_post',
      scopes: ['tools'],
      allowedRedirectUriPatterns: [
        'http://127.0.0.1/*',
        'http://127.0.0.1:*',
        'http://localhost:*',
        'https://claude.ai/*',
        'https://chatgpt.com/*',
        'https://vscode.dev/*',
        'https://insiders.vscode.dev/*',
        'https://www.cursor.com/*',
        'cursor://*',
      ],
    },
  });
  /** A person: agrees on the server's page, signs in at the provider, and comes back through the server. */
  const approve = async (authorizeUrl: string, action: 'approve' | 'deny'): Promise<string | undefined> => {
    const page = await fetch(authorizeUrl, { redirect: 'manual' });
    const cookie = page.headers.getSetCookie().map((line) => line.split(';')[0]);
    const transaction = /name="transaction_id" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    const decided = await fetch(`${baseUrl}/oauth/consent`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookie.join('; '), origin: baseUrl },
      body: new URLSearchParams({ transaction_id: transaction, action }),
    });
    const next = decided.headers.get('location') ?? undefined;
    if (next === undefined || !next.startsWith(provider.origin)) return next;
    const signedIn = await provider.approve(next, 'allow');
    if (signedIn === undefined) return undefined;
    const back = await fetch(signedIn, { redirect: 'manual', headers: { cookie: cookie.join('; ') } });
    return back.headers.get('location') ?? undefined;
  };
  try {
    const report = await diagnose(server.url, {
      thorough: true,
      approver: {
        redirectUri: REDIRECT_URI,
        approve: ({ authorizeUrl, purpose }) =>
          approve(authorizeUrl, purpose === 'deny' ? 'deny' : 'approve'),
      },
    });
    return {
      title: `fastmcp ${version('fastmcp')}`,
      about:
        'With its `OAuthProvider` in front of a small authorization server, consent required, and the return addresses of the clients allowed.',
      runs: [{ how: 'Every sign-in done on its pages', report }],
    };
  } finally {
    await server.stop();
    await provider.close();
  }
}

function version(name: string): string {
  return (fromJudges(`${packageDir(name)}/package.json`) as { version: string }).version;
}

await writeFile(OUT, toPage([await examineXmcp(), await examineFastmcp()]));
console.log(`written: ${fileURLToPath(OUT)}`);

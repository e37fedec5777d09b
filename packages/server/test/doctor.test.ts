import { tmpdir } from 'node:os';
import { diagnose, toJson, watchAttempts, type Report } from 'latchkey-doctor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../src/demo/demo-data.ts';
import { createPerson } from '../src/demo/person.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { startCommand } from './support/latchkey-command.ts';
import { authorizeUrl, connect, newVerifier, REDIRECT_URI, rpc } from './support/oauth-client.ts';

/** What is tried is written down a moment later. */
const SOON = { timeout: 20_000 };

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

/** The whole walk, with every sign-in done on the real pages. */
function examine(path: string, email: string): Promise<Report> {
  return diagnose(demo.url + path, {
    thorough: true,
    patience: 6,
    approver: {
      redirectUri: REDIRECT_URI,
      async approve({ authorizeUrl: url, purpose }) {
        const { callback } = await createPerson({ origins: [demo.url] }).decide(url, {
          email,
          password: DEMO_PASSWORD,
          decision: purpose === 'deny' ? 'deny' : 'allow',
        });
        return callback.href;
      },
    },
  });
}

describe('the doctor', () => {
  // Before the walks: of one source only so many attempts a minute are kept, and a walk looks like many.
  test('narrates an attempt as it happens, with a key', async () => {
    const person = createPerson({ origins: [demo.url] });
    const made = await connect(demo.url, {
      email: 'owner@acme.test',
      access: 'full',
      path: '/mcp/acme',
      person,
    });
    const minted = await fetch(`${demo.url}/portal/v1/organisations/acme/keys`, {
      method: 'POST',
      headers: { cookie: person.cookieHeader(), origin: demo.url, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Doctor', access: 'read', expires_in_days: 7 }),
    });
    const { secret } = (await minted.json()) as { secret: string };
    const lines: string[] = [];
    const stop = new AbortController();
    const watching = watchAttempts({
      origin: demo.url,
      key: secret,
      onLine: (line) => lines.push(line),
      signal: stop.signal,
      intervalMs: 250,
    });
    await expect.poll(() => lines.length, SOON).toBe(1);
    await rpc(`${demo.url}/mcp/acme`, { 'user-agent': 'Watched/1.0' }, 'initialize');
    await expect.poll(() => lines.join('\n'), SOON).toMatch(/Watched\/1\.0: \w/);
    const { challenge } = newVerifier();
    await person.decide(
      authorizeUrl(demo.url, {
        client_id: made.clientId,
        code_challenge: challenge,
        resource: made.resource,
      }),
      { email: 'owner@acme.test', password: DEMO_PASSWORD, decision: 'deny' },
    );
    await expect.poll(() => lines.join('\n'), SOON).toMatch(/Access was denied\n.*answered Cancel/);
    stop.abort();
    expect(await watching).toEqual({ status: 0 });
    expect(lines.join('\n')).not.toContain(secret);
  });

  test.each([
    ['in token mode', '/mcp/acme', 'owner@acme.test'],
    ['in key mode', '/mcp/globex', 'owner@globex.test'],
    ['at the URL for all organisations', '/mcp', 'viewer@acme.test'],
    ['at the URL of the old transport', '/mcp/acme/sse', 'member@acme.test'],
  ])('finds no fault in Latchkey %s, and nothing to warn of', async (_, path, email) => {
    const report = await examine(path, email);
    const findings = report.steps.flatMap((step) => step.findings);
    expect(findings.filter(({ severity }) => severity === 'fail' || severity === 'warn')).toEqual([]);
    expect({ verdict: report.verdict, signedIn: report.signedIn }).toEqual({
      verdict: 'healthy',
      signedIn: true,
    });
    // What nothing on this machine shows: public DNS, clients' documents on the internet, a 403 that nobody gave.
    const notRun = findings.filter(({ severity }) => severity === 'not_run').map(({ check }) => check);
    expect(notRun).toEqual(['D2', 'D10', 'D19']);
    expect(JSON.stringify(toJson(report))).not.toMatch(/lk_(test|live)_[0-9A-Za-z]|eyJ[\w-]+\.eyJ/);
  });

  test('is a command: latchkey doctor <url>', async () => {
    const args = ['doctor', `${demo.url}/mcp/acme`, '--no-sign-in', '--as', 'vscode'];
    const command = startCommand(args, { cwd: tmpdir(), environment: {} });
    expect(await command.exit).toBe(0);
    expect(command.out()).toContain('No fault for VS Code.');
  });

  test('says that a key is not good, and ends', async () => {
    const ended = await watchAttempts({ origin: demo.url, key: 'lk_test_nothing', onLine: () => {} });
    expect(ended).toEqual({ status: 1, words: expect.stringContaining('401') });
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyDeclared } from '../../../src/declared.ts';
import { dumpOf, openPeople } from '../../people/open-people.ts';

const SECRET = 'a-secret-of-the-operator-0123456789';

let opened: Awaited<ReturnType<typeof openPeople>>;
let folder: string;
let count = 0;
const said: string[] = [];
beforeAll(async () => {
  opened = await openPeople();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-credentials-'));
  const document = { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: { '/a': { get: {} } } };
  await writeFile(join(folder, 'api.json'), JSON.stringify(document));
  await writeFile(join(folder, 'secret.txt'), `${SECRET}\n`);
  await writeFile(join(folder, 'crlf.txt'), `${SECRET}\r\nX-Evil: 1\r\n`);
  await writeFile(join(folder, 'empty.txt'), '\n');
});
afterAll(async () => {
  await opened.close();
  await rm(folder, { recursive: true, force: true });
});

/** Declares one connector with this credential and answers what came of it. */
async function declare(credential: unknown, connector: Record<string, unknown> = {}) {
  const { store, people, publishMcp, setCredential } = opened;
  const slug = `crm-${(count += 1)}`;
  const api = { document: 'api.json', base_url: 'https://api.example/v1' };
  const file = join(folder, `config-${count}.json`);
  const entry = { slug, name: 'CRM', ...api, ...connector, credential };
  await writeFile(file, JSON.stringify({ connectors: [entry] }));
  const variables = { CRM_TOKEN: SECRET, CRLF: `${SECRET}\r\nX-Evil: 1`, EMPTY: '' };
  const applied = await applyDeclared(file, {
    store,
    people,
    publishMcp,
    setCredential,
    say: (line) => said.push(line),
    variables,
  });
  const { rows } = await store.pool.query(
    `select c.kind, origin, settings, sealed is not null as sealed from connector_credentials c
     join connectors on id = connector_id where slug = $1`,
    [slug],
  );
  return { applied, slug, stored: rows[0] as Record<string, unknown> | undefined };
}

test.each([
  ['assertion', { kind: 'assertion' }, {}, false],
  ['none', { kind: 'none' }, {}, false],
  ['bearer', { kind: 'bearer', token: { env: 'CRM_TOKEN' } }, {}, true],
  ['basic', { kind: 'basic', username: 'u', password: { file: 'secret.txt' } }, { username: 'u' }, true],
  ['header', { kind: 'header', name: 'X-Api-Key', value: SECRET }, { name: 'x-api-key' }, true],
  ['query', { kind: 'query', name: 'api_key', value: { file: 'secret.txt' } }, { name: 'api_key' }, true],
  ['oauth', { kind: 'oauth', scopes: ['files.read'] }, { scopes: ['files.read'] }, false],
  [
    'oauth',
    {
      kind: 'oauth',
      issuer: 'https://idp.example',
      authorization_endpoint: 'https://idp.example/authorize',
      token_endpoint: 'https://idp.example/token',
      client_id: 'c',
      client_secret: { env: 'CRM_TOKEN' },
      auth_method: 'client_secret_post',
    },
    {
      issuer: 'https://idp.example',
      authorizationEndpoint: 'https://idp.example/authorize',
      tokenEndpoint: 'https://idp.example/token',
      clientId: 'c',
      authMethod: 'client_secret_post',
      scopes: [],
    },
    true,
  ],
  [
    'token_exchange',
    {
      kind: 'token_exchange',
      token_endpoint: 'https://idp.example/token',
      client_id: 'c',
      client_secret: { env: 'CRM_TOKEN' },
      audience: 'crm',
    },
    { tokenEndpoint: 'https://idp.example/token', clientId: 'c', audience: 'crm', scopes: [] },
    true,
  ],
])('%s is declared, and of it only what is no secret can be read in the database', async (...row) => {
  const [kind, credential, settings, sealed] = row;
  const { applied, stored } = await declare(credential);
  expect(applied).toEqual({ ok: true, value: undefined });
  expect(stored).toEqual({ kind, origin: 'https://api.example', settings, sealed });
});

test.each([
  [{ kind: 'bearer', token: { env: 'NOT_THERE' } }, 'credential.token: the variable NOT_THERE is not set'],
  [{ kind: 'bearer', token: { env: 'EMPTY' } }, 'credential.token: there is nothing in it'],
  [{ kind: 'bearer', token: { file: 'empty.txt' } }, 'credential.token: there is nothing in it'],
  [{ kind: 'bearer', token: { file: 'not-there.txt' } }, 'not-there.txt cannot be read'],
  [{ kind: 'bearer', token: { file: 'crlf.txt' } }, 'credential.token must be a token'],
  [{ kind: 'header', name: 'x-key', value: { env: 'CRLF' } }, 'credential.value must be one line'],
  [{ kind: 'header', name: 'x-key', value: `${SECRET}\u0000` }, 'credential.value must be one line'],
  [{ kind: 'query', name: 'key', value: { env: 'CRLF' } }, 'credential.value must be one line'],
  [{ kind: 'basic', username: 'u', password: { file: 'crlf.txt' } }, 'credential.password must be one line'],
  [
    { kind: 'basic', username: 'a:b', password: SECRET },
    'credential.username must be one line without a colon',
  ],
  [{ kind: 'header', name: 'Host', value: SECRET }, 'credential.name must be a header for credentials'],
  [{ kind: 'header', name: 'Content-Length', value: SECRET }, 'must be a header for credentials'],
  [{ kind: 'header', name: 'Mcp-Session-Id', value: SECRET }, 'must be a header for credentials'],
  [
    { kind: 'header', name: 'x-evil\r\nx-key', value: SECRET },
    'credential.name must be the name of a header',
  ],
  [{ kind: 'oauth', token_endpoint: 'https://idp.example/token', client_id: 'c' }, 'both or neither'],
  [
    {
      kind: 'oauth',
      authorization_endpoint: 'https://idp.example/a',
      token_endpoint: 'https://idp.example/token',
    },
    'credential.client_id is needed',
  ],
  [{ kind: 'oauth', client_secret: SECRET }, 'credential.client_secret goes with a client_id'],
  [
    { kind: 'token_exchange', token_endpoint: 'file:///etc/passwd', client_id: 'c' },
    'credential.token_endpoint must be an absolute http or https URL',
  ],
  [
    {
      kind: 'token_exchange',
      token_endpoint: 'https://idp.example',
      client_id: 'c',
      auth_method: 'client_secret_post',
    },
    'needs a client_secret',
  ],
  [{ kind: 'oauth', scopes: ['a b'] }, 'credential.scopes must be a scope'],
  [{ kind: 'bearer', token: SECRET, tokken: SECRET }, 'tokken'],
  [{ kind: 'magic', value: SECRET }, 'kind must be assertion, none, bearer'],
  [{ kind: 'bearer', token: { env: 'CRM_TOKEN', value: SECRET } }, 'token'],
])(
  'a credential that cannot be used publishes nothing, and the sentence never says the secret: %#',
  async (...row) => {
    const [credential, sentence] = row;
    const { applied, slug } = await declare(credential);
    expect(applied.ok).toBe(false);
    const told = applied.ok ? '' : applied.error;
    expect(told).toContain(sentence);
    expect(told).not.toContain(SECRET);
    const { rows } = await opened.store.pool.query('select 1 from connectors where slug = $1', [slug]);
    expect(rows).toEqual([]);
  },
);

test('a process of our own takes no credential', async () => {
  const { applied } = await declare(
    { kind: 'bearer', token: SECRET },
    { document: undefined, base_url: undefined, mcp: { transport: 'stdio', command: 'true' } },
  );
  expect(applied).toMatchObject({ ok: false });
});

test('a file that is not YAML is refused without quoting what stands in it', async () => {
  const { store, people, publishMcp, setCredential } = opened;
  const file = join(folder, 'broken.yaml');
  await writeFile(file, `connectors:\n  - slug: crm\n   credential: {kind: bearer, token: "${SECRET}\n`);
  const applied = await applyDeclared(file, { store, people, publishMcp, setCredential, say: () => {} });
  expect(applied.ok).toBe(false);
  expect(JSON.stringify(applied)).not.toContain(SECRET);
});

test('no declared secret is in the database or in what was said', async () => {
  expect(await dumpOf(opened.store)).not.toContain(SECRET);
  expect(said.join('\n')).not.toContain(SECRET);
});

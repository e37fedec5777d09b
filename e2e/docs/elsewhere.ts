/** Where a line of the docs is run that is too long, or too much, for the sandbox: a file of ours, and what is in it. */
export interface Elsewhere {
  readonly file: string;
  readonly has: string;
}

const NEWCOMER: readonly Elsewhere[] = [
  { file: 'scripts/newcomer.ts', has: 'docs/quickstart.md' },
  { file: '.ci/run', has: 'scripts/newcomer.ts' },
];

export const ELSEWHERE: Readonly<Record<string, readonly Elsewhere[]>> = {
  'git clone <repository> latchkey': NEWCOMER,
  'cd latchkey': NEWCOMER,
  'npm ci': NEWCOMER,
  'npm run try -- ../openapi.yaml': NEWCOMER,
  // The app itself is not ours to run: its URL is opened by the SDK's client.
  'claude mcp add --transport http my-api http://localhost:4747/mcp': NEWCOMER,
  'claude mcp add --transport http acme https://mcp.example.com/mcp/acme': [
    {
      file: 'packages/web/src/home/commands.test.ts',
      has: 'claude mcp add --transport http acme https://mcp.example.com/mcp/acme',
    },
  ],

  // Apps that start a program are not ours to run either: the SDKs' clients start it with the same environment.
  'claude mcp add --transport stdio --env LATCHKEY_URL=https://mcp.example.com --env LATCHKEY_API_KEY=lk_live_… acme -- node /path/to/latchkey/packages/tools/bin/latchkey-stdio.js':
    [
      { file: 'e2e/support/stdio-program.ts', has: 'packages/tools/bin/latchkey-stdio.js' },
      { file: 'e2e/stdio.test.ts', has: 'LATCHKEY_API_KEY: key' },
    ],

  'latchkey pack ./crm.openapi.yaml --name acme-mcp --base-url https://api.acme.com --about ./about.yaml --out ./acme-mcp':
    [{ file: 'packages/server/test/pack-command.test.ts', has: "'--name', 'acme-mcp', '--about'" }],

  'npm ci && npm run demo': [{ file: '.ci/run', has: 'npm run demo -- --once' }],
  'npm ci && npm test': [
    { file: '.ci/run', has: 'npm ci\n' },
    { file: '.ci/run', has: 'npm test' },
  ],
  'npm ci && npm run build': [
    { file: '.ci/run', has: 'npm ci\n' },
    { file: 'package.json', has: '"test": "npm run --silent build && ' },
  ],

  'latchkey restore /var/backups/latchkey/latchkey-2026-11-21T03-00-00Z.tar --into /var/lib/latchkey-restored':
    [{ file: 'packages/server/test/backup/command.test.ts', has: "'--into'" }],
  // The generated file of a data directory.
  'latchkey secrets rotate': [
    { file: 'packages/server/test/secrets-command.test.ts', has: "'secrets', 'rotate'" },
  ],
  // With a former secret that the command kept.
  'LATCHKEY_SECRET=$(cat secret.former-20261123T154500Z) latchkey restore /var/backups/latchkey/latchkey-2026-11-21T03-00-00Z.tar --replace latchkey':
    [{ file: 'packages/server/test/secrets-command.test.ts', has: "'--keep-access'" }],
  'LATCHKEY_SECRET=$(cat secret) LATCHKEY_SECRET_PREVIOUS=$(cat secret.former-20261123T154500Z) latchkey secrets rotate':
    [{ file: 'packages/server/test/secrets-command.test.ts', has: 'LATCHKEY_SECRET_PREVIOUS: former' }],
  'curl https://mcp.example.com/token -u <client_id>:<client_secret> -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token_type=urn:ietf:params:oauth:token-type:access_token -d subject_token=… -d resource=https://mcp.example.com/mcp/<organisation>/c/<connector> -d scope=mcp:read':
    [
      {
        file: 'packages/server/test/oauth/token-exchange.test.ts',
        has: 'subject_token',
      },
    ],
};

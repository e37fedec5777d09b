import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { expect } from 'vitest';
import { z } from 'zod';
import { createLog } from '../../packages/server/src/kernel/log.ts';
import { createTestDatabase } from '../../packages/server/test/support/database.ts';
import { portalOf } from '../support/portal.ts';
import { openWorld } from '../support/world.ts';
import { createSandbox } from './sandbox.ts';
import { toolNamesThrough } from './stdio-client.ts';

const SECRET = 'the secret of the service of these pages';
const made = z.object({ id: z.string(), secret: z.string().optional() });
const READY = /"event":"ready"/;

/** The demo, running, a sandbox, and the credentials that the pages leave out. */
export async function openDocsWorld() {
  const world = await openWorld({ secret: SECRET });
  const sandbox = await createSandbox();
  const portal = portalOf(world, { email: 'owner@acme.test', slug: 'acme' });
  const agent = { name: 'Nightly', role: 'member', access: 'full' } as const;
  const { secret: key } = await portal.createAgent(agent);
  const { id: agentId } = made.parse(await portal.ask('/agents', { name: 'Weekly', role: 'viewer' }));
  const manager = { name: 'Manager', access: 'full', expires_in_days: 7 };
  const { secret: managerKey = '' } = made.parse(await portal.ask('/keys', manager));
  const database = await createTestDatabase();

  /** The names that the pages use, as those of this world. */
  const here = (line: string) =>
    line
      .replaceAll(/https:\/\/(?:mcp|latchkey)\.example\.com|http:\/\/localhost:4747/g, world.url)
      .replaceAll('<organisation>', 'acme')
      .replaceAll('<connector>/…', 'reelport/credits/balance')
      .replaceAll(/lk_(?:live|test)_…/g, line.includes('/portal/v1/') ? managerKey : key)
      .replaceAll('YOUR_KEY', key)
      .replaceAll('agt_…', agentId)
      .replaceAll('/var/backups/latchkey', sandbox.folder)
      .replaceAll('<new>', 'the next secret of the service of these pages')
      .replaceAll('<former>', SECRET);

  const beside = { DATABASE_URL: world.databaseUrl, LATCHKEY_SECRET: SECRET };
  const ofItsOwn = { DATABASE_URL: database.url, LATCHKEY_SECRET: SECRET, PORT: '0' };

  async function succeeds(line: string, says: RegExp, environment: Record<string, string> = {}) {
    const ran = await sandbox.run(here(line), environment);
    expect({ ...ran, line }).toMatchObject({ status: 0 });
    expect(ran.out).toMatch(says);
  }
  async function serves(line: string, environment: Record<string, string> = ofItsOwn) {
    const ran = await sandbox.runUntil(READY, here(line), environment);
    expect({ ...ran, line }).toMatchObject({ status: 0, out: expect.stringMatching(READY) as string });
    return ran;
  }
  async function listsTools(line: string) {
    expect(await toolNamesThrough(here(line), sandbox)).toContain('get_credit_balance');
  }

  return {
    sandbox,
    world,
    beside,
    ofItsOwn,
    here,
    succeeds,
    serves,
    listsTools,
    async close() {
      await world.close();
      await database.drop();
      await sandbox.close();
    },
  };
}

export type DocsWorld = Awaited<ReturnType<typeof openDocsWorld>>;

const TWO_HOSTS = {
  PUBLIC_MCP_BASE_URL: 'http://localhost:4801',
  PUBLIC_WEB_BASE_URL: 'http://localhost:4802',
  OAUTH_HANDOFF_SECRET: 'a secret between two hosts, long enough',
};

/** Each line that is run here, as it stands on its page, and what must come of it. */
export const EXECUTED: Readonly<Record<string, (docs: DocsWorld, line: string) => Promise<unknown>>> = {
  "curl http://localhost:4747/api/reelport/credits/balance -H 'X-API-Key: lk_test_…'": (docs, line) =>
    docs.succeeds(line, /"balance":\s*250/),
  'npx mcp-remote http://localhost:4747/mcp/acme/sse --allow-http --header X-API-Key:lk_test_…': (
    docs,
    line,
  ) => docs.listsTools(line),
  'latchkey stdio --openapi ./crm.openapi.yaml --base-url https://crm.example.com/v1': async (docs, line) => {
    expect(await toolNamesThrough(line, docs.sandbox)).toEqual(['list_people']);
  },
  'LATCHKEY_CONFIG=./latchkey.yaml node packages/server/dist/cli.js serve': async (docs, line) => {
    const { err } = await docs.serves(line);
    expect(err).toContain('Connector crm: tools: 1');
  },
  "curl https://mcp.example.com/api/<connector>/… -H 'X-API-Key: lk_live_…'": (docs, line) =>
    docs.succeeds(line, /"balance":\s*250/),
  'npx mcp-remote https://mcp.example.com/mcp/<organisation>/sse --header X-API-Key:lk_live_…': (
    docs,
    line,
  ) => docs.listsTools(line),
  'npx mcp-remote https://mcp.example.com/mcp/acme --header X-API-Key:YOUR_KEY': (docs, line) =>
    docs.listsTools(line),
  [`curl https://mcp.example.com/mcp/acme -H 'X-API-Key: YOUR_KEY' -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'`]:
    (docs, line) => docs.succeeds(line, /"get_credit_balance"/),
  'latchkey audit checkpoint > checkpoints-2026-11-21': (docs, line) =>
    docs.succeeds(line, /^$/, docs.beside),
  'latchkey audit verify --checkpoints checkpoints-2026-11-21': (docs, line) =>
    docs.succeeds(line, /intact/, docs.beside),
  [String.raw`sed -n 's/.*"checkpoint":"\([^"]*\)".*/\1/p' service.log | latchkey audit verify --checkpoints -`]:
    async (docs, line) => {
      const signed = await docs.sandbox.run('latchkey audit checkpoint', docs.beside);
      const file = createWriteStream(join(docs.sandbox.folder, 'service.log'));
      const log = createLog('info', file);
      for (const checkpoint of signed.out.trim().split('\n')) log.info({ checkpoint }, 'audit checkpoint');
      file.end();
      await finished(file);
      await docs.succeeds(line, /intact/, docs.beside);
    },
  'latchkey backup /var/backups/latchkey --verify': (docs, line) => docs.succeeds(line, /\.tar/, docs.beside),
  'npx latchkey doctor https://mcp.example.com/mcp': (docs, line) => docs.succeeds(line, /D7/),
  'node packages/doctor/dist/cli.js https://mcp.example.com/mcp': (docs, line) => docs.succeeds(line, /D7/),
  "curl -H 'X-API-Key: lk_live_…' https://latchkey.example.com/portal/v1/organisations/-/keys": (
    docs,
    line,
  ) => docs.succeeds(line, /"Manager"/),
  "curl -H 'Authorization: Bearer lk_live_…' -H 'Content-Type: application/json' -d '{}' https://latchkey.example.com/portal/v1/organisations/-/agents/agt_…/suspend":
    (docs, line) => docs.succeeds(line, /^(?!.*"error")/s),
  'OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 latchkey serve': (docs, line) => docs.serves(line),
  'latchkey addresses acme --clear': (docs, line) => docs.succeeds(line, /acme/, docs.beside),
  'latchkey serve --only gateway': (docs, line) => docs.serves(line, { ...docs.ofItsOwn, ...TWO_HOSTS }),
  'latchkey serve --only web': (docs, line) => docs.serves(line, { ...docs.ofItsOwn, ...TWO_HOSTS }),
  'LATCHKEY_SECRET=<new> LATCHKEY_SECRET_PREVIOUS=<former> latchkey secrets rotate': (docs, line) => {
    const quoted = line.replace('=<new>', '="<new>"').replace('=<former>', '="<former>"');
    return docs.succeeds(quoted, /./, docs.ofItsOwn);
  },
};

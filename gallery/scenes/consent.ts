import type { Page } from 'playwright-core';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';
import { authorize, type Request } from './authorize.ts';

const OWNER = { as: 'owner@acme.test', withoutScripts: true } as const;

const asked = (request: Request) => async (page: Page, stage: Stage) => {
  await authorize(page, stage, request);
  await page.getByRole('button', { name: /^Allow/ }).waitFor();
};

const answered = (answer: RegExp) => async (page: Page, stage: Stage) => {
  await authorize(page, stage, { path: '/mcp/acme' });
  await page.getByRole('button', { name: answer }).click();
};

export const CONSENT: readonly Scene[] = [
  { name: 'consent/one-organisation', ...OWNER, timed: true, pose: asked({ path: '/mcp/acme' }) },
  { name: 'consent/organisation-to-choose', ...OWNER, pose: asked({ path: '/mcp' }) },
  {
    name: 'consent/viewer',
    ...OWNER,
    as: 'viewer@acme.test',
    pose: asked({ path: '/mcp/acme' }),
  },
  {
    name: 'consent/program-on-this-computer',
    ...OWNER,
    pose: asked({ path: '/mcp/acme', client: { redirect_uris: ['http://127.0.0.1:33418/callback'] } }),
  },
  {
    name: 'consent/imitation',
    ...OWNER,
    pose: asked({
      path: '/mcp/acme',
      client: { client_name: 'Claude', redirect_uris: ['https://claude.ai.evil.example/callback'] },
    }),
  },
  {
    name: 'consent/hostile-name',
    ...OWNER,
    pose: asked({
      path: '/mcp/acme',
      client: {
        client_name: `\u202Eevil<script>alert(1)</script>${'long'.repeat(40)}`,
        redirect_uris: [`https://${'sub.'.repeat(12)}notebook.example/${'path/'.repeat(40)}`],
      },
    }),
  },
  {
    name: 'consent/not-a-member',
    as: 'owner@globex.test',
    withoutScripts: true,
    expects: /40[0-9]/,
    pose: (page, stage) => authorize(page, stage, { path: '/mcp/acme' }),
  },
  { name: 'return/allowed', ...OWNER, pose: answered(/^Allow/) },
  { name: 'return/declined', ...OWNER, pose: answered(/^(Cancel|Decline|Deny)/) },
  {
    name: 'consent/answered-already',
    ...OWNER,
    expects: /4[01][0-9]/,
    async pose(page, stage) {
      await authorize(page, stage, { path: '/mcp/acme' });
      const asking = page.url();
      await page.getByRole('button', { name: /^Allow/ }).click();
      await page.goto(asking);
    },
  },
];

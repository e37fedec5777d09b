import type { Page } from 'playwright-core';
import type { WebhookId } from '../../packages/server/src/kernel/ids.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const OWNER = 'owner@globex.test';
const PATH = '/app/globex/settings/webhooks';
const WAREHOUSE = 'whk_warehouse' as WebhookId;
const ALERTS = 'whk_alerts' as WebhookId;

/** Globex has two webhooks: one that works, with deliveries of every kind, and one that Latchkey has switched off. */
async function establish({ latchkey: { store } }: Stage): Promise<void> {
  const organisation = await store.people.findOrganisationBySlug('globex');
  const owner = await store.people.findUserByEmail(OWNER);
  if (organisation === undefined || owner === undefined) throw new Error('no demo');
  const { id: orgId } = organisation;
  if ((await store.webhooks.count(orgId)) > 0) return;
  const hooks = [
    { id: WAREHOUSE, description: 'Warehouse', host: 'hooks.globex.example', families: ['keys', 'members'] },
    { id: ALERTS, description: 'Night watch', host: 'alerts.globex.example', families: ['refusals'] },
  ];
  for (const { description, families, host, id } of hooks) {
    const url = `https://${host}/latchkey`;
    await store.webhooks.create({ id, orgId, url, description, families, createdBy: owner });
  }
  await store.webhooks.disable(orgId, ALERTS, 'failing');
  const answer = '{"error":"the database is restarting"}';
  for (const [type, state, attempts, status, fault, said] of [
    ['key.created', 'delivered', 1, 204, null, ''],
    ['member.joined', 'waiting', 3, 503, null, answer],
    ['key.revoked', 'given_up', 8, null, 'deadline', null],
    ['member.role_changed', 'delivered', 2, 200, null, 'ok'],
  ] as const) {
    const id = `evt_${type.replaceAll(/\W/g, '').padEnd(32, '0')}`;
    const body = JSON.stringify({ id, type, organisation: { id: orgId, slug: 'globex' }, data: {} });
    await store.webhooks.addDelivery({ id, orgId, webhookId: WAREHOUSE, type, body });
    await store.pool.query(
      `update webhook_deliveries set state = $2, attempts = $3, status = $4, fault = $5, answer = $6, tried_at = now(),
         next_try_at = now() + interval '10 minutes' where id = $1`,
      [id, state, attempts, status, fault, said],
    );
  }
}

async function open(page: Page, stage: Stage, search = ''): Promise<void> {
  await establish(stage);
  await page.goto(stage.url + PATH + search);
  await page.locator('table').first().waitFor();
}

const ONE = `?webhook=${WAREHOUSE}`;

export const WEBHOOKS: readonly Scene[] = [
  { name: 'webhooks/list', as: OWNER, pose: (page, stage) => open(page, stage) },
  {
    name: 'webhooks/add',
    as: OWNER,
    async pose(page, stage) {
      await open(page, stage);
      await page.getByRole('button', { name: 'Add webhook' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'webhooks/one', as: OWNER, pose: (page, stage) => open(page, stage, ONE) },
  {
    name: 'webhooks/delivery',
    as: OWNER,
    async pose(page, stage) {
      await open(page, stage, ONE);
      await page.getByRole('button', { name: 'Details of member.joined' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'webhooks/switched-off',
    as: OWNER,
    async pose(page, stage) {
      await establish(stage);
      await page.goto(`${stage.url}${PATH}?webhook=${ALERTS}`);
      await page.getByText('Nothing was sent yet.').waitFor();
    },
  },
  {
    name: 'webhooks/delete',
    as: OWNER,
    async pose(page, stage) {
      await open(page, stage, ONE);
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
];

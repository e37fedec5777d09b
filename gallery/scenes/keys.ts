import type { Page } from 'playwright-core';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const OWNER = { as: 'owner@acme.test' } as const;
const NAME = 'Nightly export';

async function openKeys(page: Page, { url }: Stage, query = ''): Promise<void> {
  await page.goto(`${url}/app/acme/keys${query}`);
  await page.getByRole('table').waitFor();
  await page.waitForLoadState('networkidle');
}

/** The page of the connection that was called most. */
async function openConnection(page: Page, stage: Stage): Promise<void> {
  await openKeys(page, stage, '?q=owner%40acme.test&sort=used');
  await page.getByRole('rowheader').getByRole('link').first().click();
  await page.locator('.chart canvas').waitFor();
  await page.waitForLoadState('networkidle');
}

/** A key that was made by hand, once for all scenes. */
async function openHandMade(page: Page, stage: Stage): Promise<void> {
  await page.goto(`${stage.url}/app/acme/keys?q=${encodeURIComponent(NAME)}`);
  await page.waitForLoadState('networkidle');
  const link = page.getByRole('link', { name: NAME });
  if ((await link.count()) === 0) {
    await page.getByRole('button', { name: 'Create key' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill(NAME);
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('button', { name: 'I have saved it' }).click();
  }
  await link.first().click();
  await page.getByRole('button', { name: 'Replace secret…' }).waitFor();
}

export const KEYS: readonly Scene[] = [
  {
    name: 'keys/none-found',
    ...OWNER,
    async pose(page, { url }) {
      await page.goto(`${url}/app/acme/keys?q=nothing-like-it`);
      await page.getByText('No such keys.').waitFor();
    },
  },
  {
    name: 'keys/create',
    ...OWNER,
    async pose(page, stage) {
      await openKeys(page, stage);
      await page.getByRole('button', { name: 'Create key' }).first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'keys/revoke',
    ...OWNER,
    async pose(page, stage) {
      await openKeys(page, stage);
      await page
        .getByRole('button', { name: /^Revoke / })
        .first()
        .click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  { name: 'key/of-a-connection', ...OWNER, pose: openConnection },
  { name: 'key/made-by-hand', ...OWNER, pose: openHandMade },
  {
    name: 'key/replace-secret',
    ...OWNER,
    async pose(page, stage) {
      await openHandMade(page, stage);
      await page.getByRole('button', { name: 'Replace secret…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'agents/delete',
    ...OWNER,
    async pose(page, { url }) {
      await page.goto(`${url}/app/acme/agents`);
      await page.waitForLoadState('networkidle');
      if ((await page.getByRole('table').count()) === 0) {
        await page.getByRole('button', { name: 'Create agent' }).first().click();
        await page.getByLabel('Name', { exact: true }).fill('Nightly report');
        await page.getByRole('dialog').getByRole('button', { name: 'Create agent' }).click();
      }
      await page
        .getByRole('button', { name: /^Delete / })
        .first()
        .click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
];

import type { Page } from 'playwright-core';
import { picture } from '../../packages/server/test/support/picture.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const OWNER = { as: 'owner@acme.test' } as const;

async function open(page: Page, { url }: Stage, path: string): Promise<void> {
  await page.goto(`${url}/app/acme/settings${path}`);
  await page.locator('h1').waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle');
}

async function changeAddress(page: Page, stage: Stage, slug: string): Promise<void> {
  await open(page, stage, '');
  await page.getByRole('button', { name: 'Change address' }).click();
  await page.getByLabel('New short name', { exact: true }).fill(slug);
  await page.getByLabel('Type the new short name again').fill(slug);
}

/** What an owner does to an organisation. */
export const ORGANISATION: readonly Scene[] = [
  {
    name: 'settings/logo',
    ...OWNER,
    async pose(page, stage) {
      await open(page, stage, '');
      const chosen = { name: 'logo.png', mimeType: 'image/png', buffer: picture({ width: 96, height: 64 }) };
      await page.getByLabel('Picture').setInputFiles(chosen);
      await page.getByText('as it will be').waitFor();
    },
  },
  {
    name: 'settings/logo-unreadable',
    ...OWNER,
    async pose(page, stage) {
      await open(page, stage, '');
      const chosen = { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') };
      await page.getByLabel('Picture').setInputFiles(chosen);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'home/all-pages',
    ...OWNER,
    async pose(page, { url }) {
      await page.goto(`${url}/app/acme`);
      await page.locator('h1').waitFor();
      const button = page.getByRole('button', { name: 'All pages' });
      // Where there is room they stand beside the page.
      if (await button.isVisible()) await button.click();
    },
  },
  {
    name: 'settings/change-address',
    ...OWNER,
    pose: (page, stage) => changeAddress(page, stage, 'acme-video'),
  },
  {
    name: 'settings/address-taken',
    ...OWNER,
    expects: /409/,
    async pose(page, stage) {
      await changeAddress(page, stage, 'globex');
      await page.getByRole('dialog').getByRole('button', { name: 'Change address' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'settings-audit-log/question',
    ...OWNER,
    async pose(page, stage) {
      await open(page, stage, '/audit-log');
      await page.getByRole('radio', { name: /30 days/ }).check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'danger/delete-question',
    ...OWNER,
    async pose(page, stage) {
      await open(page, stage, '/danger');
      await page.getByRole('button', { name: 'Delete organisation' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
];

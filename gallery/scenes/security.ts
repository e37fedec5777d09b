import type { Page } from 'playwright-core';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const OWNER = { as: 'owner@acme.test' } as const;
const MEMBER = { as: 'member@acme.test' } as const;

async function open(page: Page, { url }: Stage): Promise<void> {
  await page.goto(`${url}/app/acme/settings/security`);
  await page.getByRole('button', { name: 'Save…' }).waitFor();
}

async function ask(page: Page, stage: Stage): Promise<void> {
  await open(page, stage);
  await page.getByRole('radio', { name: /^Read-only/ }).check();
  await page.getByLabel(/^Apps that are approved or identified/).check();
  await page.getByLabel('Addresses and networks').fill('203.0.113.0/24\n2001:db8::/32');
  await page.getByLabel(/^Everything, connected apps as well/).check();
  await page.getByRole('button', { name: 'Save…' }).click();
  await page.getByRole('alertdialog').waitFor();
}

/** As if the organisation asked for it: the others of the stage go on. */
const closedBy = (because: string, path: string) => async (page: Page, stage: Stage) => {
  await page.route('**/portal/v1/me', async (route) => {
    const answer = await route.fetch();
    const me = (await answer.json()) as { organisations: { slug: string }[] };
    const [acme] = me.organisations;
    await route.fulfill({
      response: answer,
      json: { ...me, organisations: [], closed_organisations: [{ ...acme, because }] },
    });
  });
  await page.goto(`${stage.url}/app/acme${path}`);
  await page.locator('h1').waitFor();
  await page.waitForLoadState('networkidle');
};

/** What an organisation asks of its people, and what they see of it. */
export const SECURITY: readonly Scene[] = [
  { name: 'security/question', ...OWNER, pose: ask },
  {
    name: 'security/would-shut-you-out',
    ...OWNER,
    expects: /409/,
    async pose(page, stage) {
      await ask(page, stage);
      await page.getByRole('alertdialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'closed/no-second-factor', ...MEMBER, pose: closedBy('no_second_factor', '') },
  { name: 'closed/setting-one-up', ...MEMBER, pose: closedBy('no_second_factor', '/account') },
  { name: 'closed/second-factor-not-shown', ...MEMBER, pose: closedBy('second_factor_not_shown', '') },
  { name: 'closed/address', ...MEMBER, pose: closedBy('address', '') },
];

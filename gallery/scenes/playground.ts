import type { Page } from 'playwright-core';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const OWNER = { as: 'owner@acme.test' } as const;

/** A tool of the demo on the bench, as the owner. */
async function take(page: Page, { url }: Stage, tool: string): Promise<void> {
  await page.goto(`${url}/app/acme/playground?connector=reelport&tool=${tool}`);
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
}

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

const told = (page: Page) => page.getByRole('heading', { name: 'Result', exact: true }).waitFor();

export const PLAYGROUND: readonly Scene[] = [
  {
    name: 'playground/form',
    ...OWNER,
    pose: (page, stage) => take(page, stage, 'configure_bundle'),
  },
  {
    name: 'playground/json',
    ...OWNER,
    async pose(page, stage) {
      await take(page, stage, 'list_bundles');
      await page.getByRole('button', { name: 'JSON', exact: true }).click();
      await page.getByLabel('Arguments as JSON').fill('{\n  "limit": 5,\n  "sta');
    },
  },
  {
    name: 'playground/question',
    ...OWNER,
    async pose(page, stage) {
      await take(page, stage, 'publish_bundle');
      await page.getByLabel(/^bundle_id/).fill('bun_spring');
      await run(page);
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'playground/result',
    ...OWNER,
    async pose(page, stage) {
      await take(page, stage, 'list_bundles');
      await run(page);
      await told(page);
      await page.getByText('What was sent').click();
    },
  },
  {
    name: 'playground/take-along',
    ...OWNER,
    async pose(page, stage) {
      await take(page, stage, 'get_credit_balance');
      await run(page);
      await told(page);
      await page.getByRole('button', { name: 'Run again' }).click();
      await page.getByRole('heading', { name: 'Calls of this visit' }).waitFor();
      await page.getByText('Take it along').click();
      await page.getByText('As a table').click();
    },
  },
  {
    name: 'playground/error',
    ...OWNER,
    async pose(page, stage) {
      await take(page, stage, 'publish_bundle');
      await page.getByLabel(/^bundle_id/).fill('bun_absent');
      await run(page);
      await page.getByRole('button', { name: 'Run it', exact: true }).click();
      await told(page);
    },
  },
  {
    name: 'playground/arguments-refused',
    ...OWNER,
    async pose(page, stage) {
      await take(page, stage, 'create_bundle');
      await run(page);
      await page.getByRole('button', { name: 'Run it', exact: true }).click();
      await told(page);
    },
  },
  {
    name: 'playground/gone',
    ...OWNER,
    expects: /404/,
    async pose(page, { url }) {
      await page.goto(`${url}/app/acme/playground?connector=reelport&tool=absent`);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'playground/viewer',
    as: 'viewer@acme.test',
    pose: (page, stage) => take(page, stage, 'publish_bundle'),
  },
];

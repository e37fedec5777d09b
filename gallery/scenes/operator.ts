import type { Scene } from '../scene.ts';

const OPERATOR = { as: 'owner@acme.test' } as const;
const HELD_BACK = /\/portal\/v1\/operator\//;

const PAGES = [
  { name: 'operator', path: '' },
  { name: 'operator-keys', path: '/keys' },
  { name: 'operator-health', path: '/health' },
  { name: 'operator-modes', path: '/modes' },
  { name: 'operator-log', path: '/log' },
] as const;

/** The pages of who looks after the installation. */
export const OPERATORS: readonly Scene[] = [
  ...PAGES.flatMap(({ name, path }): Scene[] => [
    {
      name: `${name}/as-it-comes`,
      ...OPERATOR,
      async pose(page, { url }) {
        await page.goto(`${url}/app/_operator${path}`);
        await page.locator('.table, .empty').first().waitFor();
      },
    },
    {
      name: `${name}/no-answer`,
      ...OPERATOR,
      expects: /net::ERR_FAILED/,
      async pose(page, { url }) {
        await page.route(HELD_BACK, (route) => route.abort());
        await page.goto(`${url}/app/_operator${path}`);
        await page.getByRole('alert').first().waitFor();
      },
    },
  ]),
  {
    name: 'operator/loading',
    ...OPERATOR,
    async pose(page, { url }) {
      await page.route(HELD_BACK, () => undefined);
      await page.goto(`${url}/app/_operator`);
      await page.locator('.skeleton').first().waitFor();
    },
  },
  {
    name: 'operator/create',
    ...OPERATOR,
    async pose(page, { url }) {
      await page.goto(`${url}/app/_operator`);
      await page.getByRole('button', { name: 'Create organisation' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Initech');
    },
  },
  {
    name: 'operator/suspend',
    ...OPERATOR,
    async pose(page, { url }) {
      await page.goto(`${url}/app/_operator`);
      await page.getByRole('button', { name: 'Suspend Globex' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'operator/somebody-else',
    as: 'owner@globex.test',
    async pose(page, { url }) {
      await page.goto(`${url}/app/_operator`);
      await page.getByRole('heading', { name: /You are not in/ }).waitFor();
    },
  },
  {
    name: 'tools/change',
    ...OPERATOR,
    async pose(page, { url }) {
      await page.goto(`${url}/app/acme/connectors/reelport`);
      await page
        .getByRole('button', { name: /^Change what becomes of/ })
        .first()
        .click();
      await page.getByRole('dialog').getByLabel('What models read of it').waitFor();
    },
  },
  {
    name: 'tools/test',
    ...OPERATOR,
    async pose(page, { url }) {
      await page.goto(`${url}/app/acme/connectors/reelport`);
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.getByRole('dialog').getByRole('combobox').waitFor();
    },
  },
];

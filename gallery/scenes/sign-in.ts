import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '../../packages/server/src/demo/demo-data.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';
import { authorize } from './authorize.ts';

const still = { withoutScripts: true } as const;

const at =
  (path: string) =>
  (page: Page, { url }: Stage) =>
    page.goto(url + path);

export async function signIn(page: Page, email: string, password: string = DEMO_PASSWORD): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export const SIGN_IN: readonly Scene[] = [
  { name: 'set-up/open', ...still, timed: true, pose: (page, { setUpLink }) => page.goto(setUpLink) },
  {
    name: 'set-up/wrong-token',
    ...still,
    pose: (page, { setUpLink }) => page.goto(setUpLink.replace(/[^=/]+$/, 'wrong')),
  },
  {
    name: 'set-up/form-with-faults',
    ...still,
    expects: /422/,
    async pose(page, { setUpLink }) {
      await page.goto(setUpLink);
      await page.getByLabel('Email').fill('ada@acme.test');
      await page.getByLabel('Your name').fill('Ada');
      await page.getByLabel('Password', { exact: true }).fill('short');
      await page
        .getByLabel(/^Organisation/)
        .first()
        .fill('A');
      await page.getByRole('button').first().click();
      await page.getByRole('alert').first().waitFor();
    },
  },
  { name: 'set-up/done-long-ago', ...still, expects: /410/, pose: at('/setup?token=x') },
  { name: 'sign-in/empty', ...still, timed: true, pose: at('/sign-in') },
  {
    name: 'sign-in/wrong-password',
    ...still,
    expects: /422/,
    async pose(page, { url }) {
      await page.goto(`${url}/sign-in`);
      await signIn(page, 'nobody@acme.test', 'not the password');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'sign-in/to-connect-an-app',
    ...still,
    pose: (page, stage) => authorize(page, stage, { path: '/mcp/acme' }),
  },
  { name: 'signed-out', ...still, pose: at('/signed-out') },
  { name: 'error/no-such-page', ...still, expects: /404/, pose: at('/no/such/page') },
  {
    name: 'error/unknown-app',
    ...still,
    expects: /400/,
    pose: at('/authorize?response_type=code&client_id=cli_unknown&redirect_uri=https://app.test/cb'),
  },
];

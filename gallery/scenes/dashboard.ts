import type { Page } from 'playwright-core';
import { APP_NAMES } from '../../packages/web/src/connect/app-names.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

/** What the pages ask for, all but who is signed in. */
const HELD_BACK = /\/portal\/v1\/(organisations|me)\/./;

const OWNER = { as: 'owner@acme.test' } as const;

async function open(page: Page, { url }: Stage, path: string): Promise<void> {
  await page.goto(`${url}/app/acme${path}`);
  await page.locator('h1').waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle');
  const heading = await page.locator('h1').innerText();
  if (/no such page|went wrong/i.test(heading)) throw new Error(heading);
}

/** Each page as it comes, while it waits, when nothing answers, and to somebody who may not see it. */
const PAGES: readonly { name: string; path: string; forbiddenTo?: string; timed?: boolean }[] = [
  { name: 'home', path: '', timed: true },
  { name: 'connect', path: '/connect' },
  { name: 'attempts', path: '/connect/attempts' },
  { name: 'connections', path: '/connections' },
  { name: 'keys', path: '/keys', timed: true },
  { name: 'connectors', path: '/connectors' },
  { name: 'tools', path: '/connectors/reelport', forbiddenTo: 'viewer@acme.test' },
  { name: 'versions', path: '/connectors/reelport/versions', forbiddenTo: 'viewer@acme.test' },
  { name: 'playground', path: '/playground' },
  { name: 'members', path: '/members', forbiddenTo: 'viewer@acme.test' },
  { name: 'agents', path: '/agents', forbiddenTo: 'member@acme.test' },
  { name: 'apps', path: '/apps', forbiddenTo: 'member@acme.test' },
  { name: 'company-sign-in', path: '/sign-in', forbiddenTo: 'member@acme.test' },
  { name: 'identity-providers', path: '/identity-providers', forbiddenTo: 'member@acme.test' },
  { name: 'usage', path: '/usage', forbiddenTo: 'viewer@acme.test' },
  { name: 'audit', path: '/audit', forbiddenTo: 'member@acme.test' },
  { name: 'account', path: '/account' },
  { name: 'settings', path: '/settings', forbiddenTo: 'member@acme.test' },
  { name: 'settings-limits', path: '/settings/limits', forbiddenTo: 'member@acme.test' },
  { name: 'settings-webhooks', path: '/settings/webhooks', forbiddenTo: 'member@acme.test' },
  { name: 'security', path: '/settings/security', forbiddenTo: 'member@acme.test' },
  { name: 'danger', path: '/settings/danger', forbiddenTo: 'member@acme.test' },
  { name: 'settings-audit-log', path: '/settings/audit-log', forbiddenTo: 'member@acme.test' },
];

function statesOf({ forbiddenTo, name, path, timed = false }: (typeof PAGES)[number]): Scene[] {
  const scenes: Scene[] = [
    { name: `${name}/as-it-comes`, ...OWNER, timed, pose: (page, stage) => open(page, stage, path) },
    {
      name: `${name}/loading`,
      ...OWNER,
      async pose(page, { url }) {
        await page.route(HELD_BACK, () => undefined);
        await page.goto(`${url}/app/acme${path}`);
        await page.locator('.skeleton').first().waitFor();
      },
    },
    {
      name: `${name}/no-answer`,
      ...OWNER,
      expects: /net::ERR_FAILED/,
      async pose(page, { url }) {
        await page.route(HELD_BACK, (route) => route.abort());
        await page.goto(`${url}/app/acme${path}`);
        await page.getByRole('alert').first().waitFor();
      },
    },
  ];
  if (forbiddenTo !== undefined) {
    scenes.push({
      name: `${name}/forbidden`,
      as: forbiddenTo,
      pose: (page, stage) => open(page, stage, path),
    });
  }
  return scenes;
}

const GUIDES = APP_NAMES.map((app): Scene => ({
  name: `connect/${app}`,
  ...OWNER,
  pose: (page, stage) => open(page, stage, `/connect?app=${app}`),
}));

export const DASHBOARD: readonly Scene[] = [...PAGES.flatMap(statesOf), ...GUIDES];

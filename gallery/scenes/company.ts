import type { Page } from 'playwright-core';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const still = { withoutScripts: true } as const;
const OWNER = 'owner@globex.test';
const SLUG = 'globex';

/** Globex signs its people in itself, from the first of these scenes on: they come last. */
async function establish({ latchkey: { store } }: Stage): Promise<void> {
  const organisation = await store.people.findOrganisationBySlug(SLUG);
  const owner = await store.people.findUserByEmail(OWNER);
  if (organisation === undefined || owner === undefined) throw new Error('no demo');
  const { id: orgId } = organisation;
  const isNew = await store.companySignIn.addProvider(orgId, {
    issuer: 'https://globex.okta.example',
    clientId: '0oa1b2c3d4e5f6',
    sealed: null,
    scopes: 'openid email profile groups',
    defaultRole: 'member',
    groupsClaim: 'groups',
    groupRoles: [
      { group: 'Engineering', role: 'member' },
      { group: 'Platform admins', role: 'admin' },
    ],
    updatedBy: owner,
  });
  if (!isNew) return;
  for (const domain of ['globex.example', 'globex-labs.example'])
    await store.companySignIn.addDomain(orgId, domain, 'q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c');
  await store.companySignIn.verifyDomain(orgId, 'globex.example');
}

const at = (path: string) => async (page: Page, stage: Stage) => {
  await establish(stage);
  await page.goto(stage.url + path);
};

export const COMPANY: readonly Scene[] = [
  {
    name: 'company-sign-in/set-up',
    as: OWNER,
    async pose(page, stage) {
      await at(`/app/${SLUG}/sign-in`)(page, stage);
      await page.getByRole('table', { name: 'Domains' }).waitFor();
    },
  },
  {
    name: 'company-sign-in/require',
    as: OWNER,
    async pose(page, stage) {
      await at(`/app/${SLUG}/sign-in`)(page, stage);
      await page.getByRole('button', { name: 'Require company sign-in' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  { name: 'sign-in/with-companies', ...still, pose: at('/sign-in') },
  { name: 'sign-in/company-first', ...still, pose: at(`/sign-in?return_to=/app/${SLUG}`) },
  { name: 'sign-in/company', ...still, timed: true, pose: at(`/sign-in/company/${SLUG}`) },
  { name: 'sign-in/company-link', ...still, as: OWNER, pose: at(`/sign-in/company/${SLUG}`) },
  {
    name: 'sign-in/company-not-begun-here',
    ...still,
    expects: /400/,
    pose: at('/oauth/company/callback?state=x&code=y'),
  },
];

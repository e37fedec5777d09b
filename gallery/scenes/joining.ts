import type { Page } from 'playwright-core';
import type { Role } from '../../packages/server/src/kernel/access.ts';
import { systemClock } from '../../packages/server/src/kernel/clock.ts';
import { createInvitations } from '../../packages/server/src/people/invitations/invitations.ts';
import { createPasswordResets } from '../../packages/server/src/people/password-resets.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const still = { withoutScripts: true } as const;
const OWNER = { as: 'owner@acme.test' } as const;

/** A link of the operator's, to acme or to another organisation. */
async function invite(
  { latchkey: { store } }: Stage,
  { email = '', role = 'member', slug = 'acme' }: { email?: string; role?: Role; slug?: string } = {},
) {
  const organisation = await store.people.findOrganisationBySlug(slug);
  if (organisation === undefined) throw new Error(`There is no ${slug}.`);
  const invitations = createInvitations({ store, clock: systemClock });
  const made = await invitations.create({ orgId: organisation.id, role, email, days: 2 });
  if (!made.ok) throw new Error(made.error);
  return { id: made.value.id, path: `/invite/${made.value.token}`, store };
}

const spoilt = (column: 'expires_at' | 'used_at' | 'withdrawn_at') => async (page: Page, stage: Stage) => {
  const { id, path, store } = await invite(stage);
  await store.pool.query(`update invitations set ${column} = now() where id = $1`, [id]);
  await page.goto(stage.url + path);
};

async function resetLink({ latchkey: { store }, url }: Stage): Promise<string> {
  const userId = await store.people.findUserByEmail('viewer@acme.test');
  if (userId === undefined) throw new Error('There is no viewer.');
  const made = await createPasswordResets({ store, clock: systemClock }).createForOperator(userId);
  if (!made.ok) throw new Error(made.error);
  return `${url}/reset/${made.value.token}`;
}

async function openMembers(page: Page, { url }: Stage): Promise<void> {
  await page.goto(`${url}/app/acme/members`);
  await page.getByRole('table', { name: 'Members' }).waitFor();
}

/** Coming in, coming in again, and the dialogs in which members are managed. */
export const JOINING: readonly Scene[] = [
  {
    name: 'invite/newcomer',
    ...still,
    pose: async (page, stage) => page.goto(stage.url + (await invite(stage, { role: 'admin' })).path),
  },
  {
    name: 'invite/newcomer-with-address',
    ...still,
    pose: async (page, stage) =>
      page.goto(stage.url + (await invite(stage, { email: 'new@acme.test' })).path),
  },
  {
    name: 'invite/form-with-faults',
    ...still,
    expects: /422/,
    async pose(page, stage) {
      await page.goto(stage.url + (await invite(stage)).path);
      await page.getByLabel('Your name').fill('Grace');
      await page.getByLabel('Email').fill('grace@acme.test');
      await page.getByLabel('Password').fill('short');
      await page.getByRole('button', { name: 'Create account and join' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'invite/join',
    as: 'viewer@acme.test',
    pose: async (page, stage) => page.goto(stage.url + (await invite(stage, { slug: 'globex' })).path),
  },
  {
    name: 'invite/wrong-account',
    as: 'viewer@acme.test',
    pose: async (page, stage) =>
      page.goto(stage.url + (await invite(stage, { slug: 'globex', email: 'b@acme.test' })).path),
  },
  {
    name: 'invite/member-already',
    ...OWNER,
    pose: async (page, stage) => page.goto(stage.url + (await invite(stage)).path),
  },
  { name: 'invite/expired', ...still, expects: /410/, pose: spoilt('expires_at') },
  { name: 'invite/used', ...still, expects: /410/, pose: spoilt('used_at') },
  { name: 'invite/withdrawn', ...still, expects: /410/, pose: spoilt('withdrawn_at') },
  {
    name: 'invite/unknown',
    ...still,
    expects: /404/,
    pose: (page, { url }) => page.goto(`${url}/invite/${'x'.repeat(43)}`),
  },
  { name: 'reset/open', ...still, pose: async (page, stage) => page.goto(await resetLink(stage)) },
  {
    name: 'reset/not-the-same',
    ...still,
    expects: /422/,
    async pose(page, stage) {
      await page.goto(await resetLink(stage));
      await page.getByLabel('New password', { exact: true }).fill('correct horse battery');
      await page.getByLabel('New password again').fill('correct horse battery staple');
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByText('This is not the same as above').waitFor();
    },
  },
  {
    name: 'reset/unknown',
    ...still,
    expects: /404/,
    pose: (page, { url }) => page.goto(`${url}/reset/${'x'.repeat(43)}`),
  },
  { name: 'forgot/open', ...still, pose: (page, { url }) => page.goto(`${url}/forgot`) },
  {
    name: 'members/invite',
    ...OWNER,
    async pose(page, stage) {
      await openMembers(page, stage);
      await page.getByRole('button', { name: 'Invite' }).click();
      await page.getByRole('dialog', { name: 'Invite somebody' }).waitFor();
    },
  },
  {
    name: 'members/link-made',
    ...OWNER,
    async pose(page, stage) {
      await openMembers(page, stage);
      await page.getByRole('button', { name: 'Invite' }).click();
      await page.getByRole('button', { name: 'Make link' }).click();
      await page.locator('[data-secret]').waitFor();
    },
  },
  {
    name: 'members/remove',
    ...OWNER,
    async pose(page, stage) {
      await openMembers(page, stage);
      await page
        .getByRole('row', { name: /member@acme\.test/ })
        .getByRole('button', { name: /^Remove/ })
        .click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'members/what-each-role-may-do',
    ...OWNER,
    async pose(page, stage) {
      await openMembers(page, stage);
      await page.getByText('What each role may do', { exact: true }).click();
      await page.getByRole('table', { name: 'What each role may do' }).waitFor();
    },
  },
  {
    name: 'members/none-found',
    ...OWNER,
    async pose(page, { url }) {
      await page.goto(`${url}/app/acme/members?q=nobody-has-this`);
      await page.getByText('No member has that in their name or address.').waitFor();
    },
  },
];

import { describe, expect, test } from 'vitest';
import { codeOf, enrol } from '../people/enrol.ts';
import { PASSWORD, cookieHeader, valueOf } from '../people/open-people.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, focusedId, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const dashboard = useDashboard();

async function member() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const someone = await person({ orgId, role: 'member' });
  return { orgId, slug, someone, path: `/app/${slug}/account` };
}

async function opened() {
  const { path, ...rest } = await member();
  const visit = await dashboard().visit(rest.someone.cookie);
  await visit.goto(path);
  await visit.page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
  return { ...rest, path, visit, page: visit.page };
}

describe('the account page', () => {
  test('is opened from the account menu, and changes the name that stands there', async () => {
    const { slug, someone } = await member();
    const visit = await dashboard().visit(someone.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}`);
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('link', { name: 'Your account' }).click();
    await expect.poll(() => focusedId(page)).toBe('page-title');
    expect(await focused(page)).toBe('Your account');
    await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Your name is changed.' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Your account');
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.locator('.menu-head').filter({ hasText: 'Ada Lovelace' }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('shows what is coming, what went wrong, and tries again', async () => {
    const { path, someone } = await member();
    const visit = await dashboard().visit(someone.cookie);
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/v1/me/account',
      loading: 'Loading your account',
    });
    await visit.page.getByRole('heading', { name: 'Passkeys' }).waitFor();
    expect(await visit.page.getByRole('alert').count()).toBe(0);
    await visit.close();
  });

  test('changes the password, says how many browsers it signed out, and keeps what was typed when it is wrong', async () => {
    const { page, someone, visit } = await opened();
    const other = valueOf(
      await dashboard().people.signIn({ email: someone.email, password: PASSWORD, headers: new Headers() }),
    );
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByLabel('Current password').fill('not the password');
    await page.getByLabel('New password').fill('another long password');
    await page.getByRole('dialog').getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('alert').filter({ hasText: 'The current password is not right.' }).waitFor();
    expect(await page.getByLabel('New password').inputValue()).toBe('another long password');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('dialog').getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('status').filter({ hasText: 'One other browser was signed out.' }).waitFor();
    expect(await dashboard().people.currentUser(cookieHeader(other.setCookies))).toBeUndefined();
    // The one complaint is of the 400 itself.
    expect(visit.complaints.filter((text) => !text.includes('400'))).toEqual([]);
    await visit.close();
  });

  test('turns the second step on with a code of the app, shows the backup codes once, and turns it off', async () => {
    const { page, someone, visit } = await opened();
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('img', { name: /scan/ }).waitFor();
    const secret = (await page.locator('[data-secret]').innerText()).replaceAll(/\s/g, '');
    await expect.poll(() => focusedId(page)).toBe('first-code');
    expect(await visit.axe()).toEqual([]);
    await page.getByLabel('Code that the app shows').fill('000000');
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('alert').filter({ hasText: 'That code is not right' }).waitFor();
    await page.getByLabel('Code that the app shows').fill(codeOf(secret, dashboard().clock.nowMs()));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('heading', { name: 'Your backup codes' }).waitFor();
    const codes = await page.locator('.backup-codes li').allInnerTexts();
    expect(codes).toHaveLength(10);
    expect(await visit.axe()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'I have saved them' }).click();
    await page.getByRole('status').filter({ hasText: 'The second step is on.' }).waitFor();
    await page.getByText('10 backup codes left.').waitFor();
    expect(await page.content()).not.toContain(codes[0]);
    expect(await page.content()).not.toContain(secret);
    const begun = await dashboard().people.signIn({
      email: someone.email,
      password: PASSWORD,
      headers: new Headers(),
    });
    expect(valueOf(begun).step).toBe('second_factor');

    await page.getByRole('button', { name: 'Turn off' }).click();
    await expect.poll(() => focused(page)).toBe('Keep it on');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('status').filter({ hasText: 'The second step is off.' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Your account');
    expect(visit.complaints.filter((text) => !text.includes('400'))).toEqual([]);
    await visit.close();
  });

  test('lists where one is signed in, ends one, and all others', async () => {
    const { path, someone } = await member();
    const { people } = dashboard();
    const signIn = (agent: string) =>
      people.signIn({
        email: someone.email,
        password: PASSWORD,
        headers: new Headers({ 'user-agent': `Mozilla/5.0 (${agent}) Gecko/20100101 Firefox/144.0` }),
      });
    for (const agent of ['X11; Linux', 'Windows NT 10.0', 'iPhone']) await signIn(agent);
    const visit = await dashboard().visit(someone.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('row', { name: /This browser/ }).waitFor();
    await page.getByRole('button', { name: 'Sign out Firefox on iPhone' }).click();
    await page.getByRole('status').filter({ hasText: 'That browser is signed out.' }).waitFor();
    await expect.poll(() => page.getByText('Firefox on iPhone').count()).toBe(0);
    await page.getByRole('button', { name: 'Sign out all others' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out all others' }).click();
    await page.getByRole('status').filter({ hasText: '2 other browsers are signed out.' }).waitFor();
    await expect.poll(() => page.getByText('Firefox on').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('lists connections of all organisations, and disconnects one after saying what it means', async () => {
    const { connection, organisation, person } = dashboard();
    const [first, second] = [await organisation(), await organisation()];
    const someone = await person(
      { orgId: first.orgId, role: 'member' },
      { orgId: second.orgId, role: 'viewer' },
    );
    await connection({ orgId: second.orgId, userId: someone.userId, access: 'read' });
    const visit = await dashboard().visit(someone.cookie);
    const { page } = visit;
    await visit.goto(`/app/${first.slug}/account`);
    await page.getByRole('row', { name: /claude\.ai/ }).waitFor();
    await page.getByRole('button', { name: 'Disconnect Claude' }).click();
    await page.getByRole('alertdialog').filter({ hasText: 'It stops at once' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Keep connected');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('status').filter({ hasText: 'Claude is disconnected.' }).waitFor();
    await page.getByText('You have not connected an app yet.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'is without fault for axe in every state, and nothing is wider than a small phone (%s)',
    async (colorScheme) => {
      const { path, someone } = await member();
      const { accounts, clock, connection, people } = dashboard();
      const { orgId } = await dashboard().organisation();
      await enrol({ accounts, clock, people }, someone);
      await connection({ orgId, userId: someone.userId });
      const visit = await dashboard().visit(someone.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = visit;
      await visit.goto(path);
      await page.getByText('backup codes left').waitFor();
      await page.getByRole('heading', { name: 'Your connections' }).waitFor();
      await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      await page.getByRole('button', { name: 'New backup codes' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'New backup codes' }).click();
      await page.getByRole('heading', { name: 'Your backup codes' }).waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test("in a session by a company's word says why nothing can be changed", async () => {
    const { orgId, path, someone } = await member();
    const begun = valueOf(
      await dashboard().people.beginSession({
        userId: someone.userId,
        amr: ['sso'],
        viaOrgId: orgId,
        headers: new Headers(),
      }),
    );
    const visit = await dashboard().visit(cookieHeader(begun.setCookies).get('cookie') ?? '');
    await visit.goto(path);
    await visit.page.getByText('You signed in through your company').waitFor();
    expect(await visit.page.getByRole('button', { name: 'Change password' }).count()).toBe(0);
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});

test('an admin turns off the second step of a member who lost their app, after saying what it means', async () => {
  const { accounts, clock, organisation, people, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const someone = await person({ orgId, role: 'member' });
  await enrol({ accounts, clock, people }, someone);
  const visit = await dashboard().visit(owner.cookie);
  const { page } = visit;
  await visit.goto(`/app/${slug}/members`);
  const row = page.getByRole('row', { name: new RegExp(someone.email) });
  await row.getByRole('button', { name: /^Reset link/ }).click();
  await page.getByRole('button', { name: 'Remove their second step and passkeys' }).click();
  await expect.poll(() => focused(page)).toBe('Keep them');
  expect(await visit.axe()).toEqual([]);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await page
    .getByRole('status')
    .filter({ hasText: 'Their second step is off, and their passkeys are removed.' })
    .waitFor();
  expect((await accounts.secondFactor.stateOf(someone.userId)).isOn).toBe(false);
  expect(visit.complaints).toEqual([]);
  await visit.close();
});

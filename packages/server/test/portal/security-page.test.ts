import { describe, expect, test } from 'vitest';
import { codeOf, enrol } from '../people/enrol.ts';
import { PASSWORD } from '../people/open-people.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';
import { testSettingsTab } from './settings-states.ts';

const HOUR_MS = 3_600_000;
const dashboard = useDashboard();

async function owned() {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  return {
    orgId,
    slug,
    owner,
    path: `/app/${slug}/settings/security`,
    api: `**/organisations/${slug}/settings/security`,
    stored: () => store.people.findOrganisation(orgId),
    set: (columns: string) => store.pool.query(`update organisations set ${columns} where id = $1`, [orgId]),
  };
}

async function opened(options: Parameters<ReturnType<typeof dashboard>['visit']>[1] = {}) {
  const place = await owned();
  const visit = await dashboard().visit(place.owner.cookie, options);
  await visit.goto(place.path);
  const { page } = visit;
  const save = page.getByRole('button', { name: 'Save…' });
  await save.waitFor();
  const question = page.getByRole('alertdialog');
  return { ...place, visit, page, save, question };
}

describe('the page of the security settings', () => {
  test('says what comes of each change before it is saved, and then holds to it', async () => {
    const { page, question, save, stored, visit } = await opened();
    expect(await save.isDisabled()).toBe(true);
    await page.getByLabel(/^12 hours/).check();
    await page.getByRole('radio', { name: /^Read-only/ }).check();
    await page.getByLabel(/^Approved apps only/).check();
    await page.getByLabel(/^A token that is renewed/).check();
    await save.click();
    await expect.poll(() => focused(page)).toBe('Go back');
    expect(await question.getByRole('listitem').allInnerTexts()).toEqual([
      'Who signed in longer ago than 12 hours confirms that it is them before they go on.',
      'From now on people connect: approved apps only.',
      'No connection ends by it.',
      'Nobody gets more than read-only access. Nothing has more today.',
      'Apps that are connected from now on get a token that is renewed. Those that there are stay as they are.',
    ]);
    expect(await visit.axe()).toEqual([]);
    await question.getByRole('button', { name: 'Go back' }).click();
    await expect.poll(() => focused(page)).toBe('Save…');
    expect(await stored()).toMatchObject({ sessionHours: 168, maxAccess: 'full' });

    await save.click();
    await question.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved. It holds from now on, everywhere.' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Settings: Security');
    expect(await stored()).toMatchObject({
      sessionHours: 12,
      maxAccess: 'read',
      clientPolicy: 'approved',
      tokenMode: 'token',
    });
    expect(await save.isDisabled()).toBe(true);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says how many connections end and how many are held to less, and ends them', async () => {
    const { orgId, owner, page, path, question, save, visit } = await opened();
    const connection = await dashboard().connection({ orgId, userId: owner.userId });
    await visit.goto(path);
    await page.getByRole('radio', { name: /^Read-only/ }).check();
    await page.getByLabel(/^Apps that are approved or identified/).check();
    await save.click();
    await question
      .getByText('1 connection of apps that may not be connected any more ends at once')
      .waitFor();
    await question.getByText('1 connection and 0 keys with full access are held to read-only').waitFor();
    await question.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: '1 connection has ended.' }).waitFor();
    expect(await dashboard().verifyKey(connection.secret)).toBeUndefined();
    await visit.close();
  });

  test('lets nobody require a second factor who has none, and says how many people have none', async () => {
    const { owner, orgId, page, path, question, save, stored, visit } = await opened();
    await dashboard().person({ orgId, role: 'member' });
    const required = page.getByLabel(/^Required/);
    expect(await required.isDisabled()).toBe(true);
    await page.getByText('Set one up yourself first').waitFor();
    await page.getByText('Set one up yourself first').getByRole('link', { name: 'Your account' }).waitFor();

    const begun = await owner.post('/me/two-factor/begin');
    const code = codeOf(String(begun.body?.['secret']), dashboard().clock.nowMs());
    expect((await owner.post('/me/two-factor/confirm', { code })).status).toBe(200);
    await visit.goto(path);
    await page.getByText('1 of 2 people here has none yet.').waitFor();
    await required.check();
    await save.click();
    await question.getByText('1 person has none: they can do nothing here until they set one up.').waitFor();
    await question.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    expect(await stored()).toMatchObject({ secondFactorRequired: true });
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('refuses a list that would shut out who saves it, keeps what was typed, and offers to add their address', async () => {
    const { page, question, save, stored, visit } = await opened();
    const list = page.getByLabel('Addresses and networks');
    await list.fill('203.0.113.0/24');
    await page.getByLabel(/^Everything, connected apps as well/).check();
    await save.click();
    await question.getByText('Hosted apps such as Claude stop working').waitFor();
    await question.getByRole('button', { name: 'Save' }).click();
    await question.getByRole('alert').filter({ hasText: 'You are at 127.0.0.1' }).waitFor();
    await question.getByRole('button', { name: 'Go back' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await list.inputValue()).toBe('203.0.113.0/24');
    expect(await stored()).toMatchObject({ addresses: [] });

    await page.getByRole('button', { name: 'Add my address' }).click();
    expect(await list.inputValue()).toBe('203.0.113.0/24\n127.0.0.1');
    await save.click();
    await question.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    expect(await stored()).toMatchObject({
      addresses: ['203.0.113.0/24', '127.0.0.1'],
      addressScope: 'all',
    });
    // The one complaint is of the 409 itself.
    expect(visit.complaints.filter((text) => !text.includes('409'))).toEqual([]);
    await visit.close();
  });

  test('a network that is none is said in the question, and what was typed stays', async () => {
    const { page, question, save, visit } = await opened();
    const list = page.getByLabel('Addresses and networks');
    await list.fill('example.com');
    await save.click();
    await question.getByRole('button', { name: 'Save' }).click();
    await question
      .getByRole('alert')
      .filter({ hasText: '"example.com" is not an address or a network' })
      .waitFor();
    await question.getByRole('button', { name: 'Go back' }).click();
    expect(await list.inputValue()).toBe('example.com');
    await visit.close();
  });

  test('what another admin changed meanwhile is said beside it, and what was chosen stays chosen', async () => {
    const { page, question, save, set, stored, visit } = await opened();
    await page.getByLabel(/^12 hours/).check();
    await set("max_access = 'read', session_hours = 24");
    await save.click();
    await question.getByRole('button', { name: 'Save' }).click();
    await question.getByRole('alert').filter({ hasText: 'Somebody else changed the security' }).waitFor();
    await question.getByRole('button', { name: 'Go back' }).click();
    await page.getByText('Somebody else chose “1 day” meanwhile.').waitFor();
    expect(await page.getByLabel(/^12 hours/).isChecked()).toBe(true);
    // What was not touched is what they made it.
    expect(await page.getByRole('radio', { name: /^Read-only/ }).isChecked()).toBe(true);
    await save.click();
    await question.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    expect(await stored()).toMatchObject({ sessionHours: 12, maxAccess: 'read' });
    await visit.close();
  });

  testSettingsTab(dashboard, {
    owned,
    loading: 'Loading the security settings',
    loaded: (page) => page.getByRole('button', { name: 'Save…' }),
    closedTo: 'member',
    told: 'This page needs the role Admin or higher.',
    async onPhone(_, page, look) {
      await look();
      await page.getByLabel('Addresses and networks').fill('2001:db8:1111:2222:3333:4444:5555:6666');
      await page.getByRole('button', { name: 'Save…' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Save' }).waitFor();
      await look();
    },
  });
});

describe('a member of an organisation that asks for a second factor', () => {
  test.each(['light', 'dark'] as const)(
    'is told so, sets one up on the account page, and gets in (%s)',
    async (colorScheme) => {
      const { orgId, set, slug } = await owned();
      await set('second_factor_required = true');
      const member = await dashboard().person({ orgId, role: 'member' });
      const visit = await dashboard().visit(member.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = visit;
      await visit.goto(`/app/${slug}/keys`);
      await page.getByRole('heading', { name: /asks for a second factor/ }).waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      await page.getByRole('link', { name: 'Set one up' }).click();
      await page.getByText('Set up a passkey or an authenticator app on this page').waitFor();
      expect(await page.getByRole('navigation').count()).toBe(0);
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByRole('img', { name: /scan/ }).waitFor();
      const secret = (await page.locator('[data-secret]').innerText()).replaceAll(/\s/g, '');
      await page.getByLabel('Code that the app shows').fill(codeOf(secret, dashboard().clock.nowMs()));
      await page.getByRole('button', { name: 'Turn on' }).click();
      await page.getByRole('heading', { name: 'Your backup codes' }).waitFor();
      await page.getByRole('button', { name: 'I have saved them' }).click();
      await page.getByRole('status').filter({ hasText: 'The second step is on.' }).waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      await page.getByRole('link', { name: /^Go to / }).click();
      await page.getByRole('navigation', { name: 'Organisation' }).waitFor();
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('who has one and signed in without it is led to sign in again', async () => {
    const { orgId, set, slug } = await owned();
    const member = await dashboard().person({ orgId, role: 'member' });
    await enrol(dashboard(), member);
    await set('second_factor_required = true');
    const visit = await dashboard().visit(member.cookie);
    await visit.goto(`/app/${slug}`);
    await visit.page.getByRole('heading', { name: /asks for your second factor/ }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await visit.page.getByRole('link', { name: 'Sign in again' }).click();
    await visit.page.waitForURL(/\/sign-in\?confirm=1/);
    await visit.close();
  });
});

test('who is at another address is told that the organisation does not answer there', async () => {
  const { orgId, set, slug } = await owned();
  const member = await dashboard().person({ orgId, role: 'member' });
  await set("addresses = '{203.0.113.0/24}'");
  const visit = await dashboard().visit(member.cookie);
  await visit.goto(`/app/${slug}`);
  await visit.page.getByRole('heading', { name: /does not answer from your address/ }).waitFor();
  expect(await visit.axe()).toEqual([]);
  expect(visit.complaints).toEqual([]);
  await visit.close();
});

test('a sign-in that grows too old in the middle of a form is confirmed there, and nothing typed is lost', async () => {
  const { owner, set, slug, stored } = await owned();
  await set('session_hours = 12');
  const visit = await dashboard().visit(owner.cookie);
  const { page } = visit;
  await visit.goto(`/app/${slug}/settings`);
  await page.getByLabel('Name').fill('Typed before');
  // What is still on its way would be refused, too, and the question would stand before the button.
  await page.getByText('No logo yet.').waitFor();
  await page.getByRole('button', { name: 'Change address' }).waitFor();
  dashboard().pass(12 * HOUR_MS);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
  expect(await stored()).toMatchObject({ name: 'Typed before' });
  // What the console tells of is the refusals that led to the question.
  expect(visit.complaints.filter((text) => !text.includes('403'))).toEqual([]);
  await visit.close();
});

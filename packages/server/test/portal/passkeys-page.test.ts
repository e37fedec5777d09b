import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enrol } from '../people/enrol.ts';
import { focused, useDashboard } from './open-dashboard.ts';

const TEN_MINUTES_MS = 10 * 60_000;
const dashboard = useDashboard();

/** A device of the browser's own, which says yes to whatever it is asked; of one that says no `yes` is false. */
async function withDevice(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    refuse: () => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false }),
    accept: () => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true }),
    async keys(): Promise<number> {
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials.length;
    },
  };
}

async function atAccount() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const visit = await dashboard().visit(owner.cookie);
  const device = await withDevice(visit.page);
  await visit.goto(`/app/${slug}/account`);
  await visit.page.getByText('No passkeys yet.').waitFor();
  return { owner, slug, visit, page: visit.page, device };
}

async function add(page: Page, name: string) {
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('What to call it').fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Add a passkey' }).click();
}

async function addDone(page: Page, name: string) {
  await add(page, name);
  await page
    .getByRole('status')
    .filter({ hasText: `“${name}” can be used to sign in` })
    .waitFor();
  await page.getByRole('row', { name: new RegExp(name) }).waitFor();
}

/** The browser does not offer passkeys by itself in the address field: only the button asks. */
const WITHOUT_OFFERS = `PublicKeyCredential.isConditionalMediationAvailable = async () => false`;

async function signInOf(userId: string): Promise<string | undefined> {
  const { rows } = await dashboard().store.pool.query<{ amr: string }>(
    'select amr from sessions where user_id = $1 order by created_at desc limit 1',
    [userId],
  );
  return rows[0]?.amr;
}

describe('passkeys on the account page', () => {
  test('are made with the device, renamed and removed', async () => {
    const { device, page, visit } = await atAccount();
    await addDone(page, 'Work laptop');
    expect(await device.keys()).toBe(1);
    await expect.poll(() => focused(page)).toBe('Your account');
    await page.getByRole('button', { name: 'Rename Work laptop' }).click();
    await page.getByLabel('What to call it').fill('Old laptop');
    await page.getByRole('button', { name: 'Save' }).last().click();
    await page.getByRole('row', { name: /Old laptop/ }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await page.getByRole('button', { name: 'Remove Old laptop' }).click();
    await expect.poll(() => focused(page)).toBe('Keep passkey');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No passkeys yet.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a device that refuses, or has one already, is said in words, and the name stays', async () => {
    const { device, page, visit } = await atAccount();
    await addDone(page, 'Laptop');
    await add(page, 'Laptop again');
    await page.getByRole('alert').filter({ hasText: 'has a passkey for your account already' }).waitFor();
    expect(await page.getByLabel('What to call it').inputValue()).toBe('Laptop again');
    expect(await device.keys()).toBe(1);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('confirm that it is you', async () => {
    const { page, slug, visit } = await atAccount();
    await addDone(page, 'Laptop');
    dashboard().pass(TEN_MINUTES_MS);
    await visit.goto(`/app/${slug}/keys`);
    await page.getByRole('button', { name: 'Create key' }).first().click();
    await page.getByLabel('Name').fill('By passkey');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: 'Copy your new key' }).waitFor();
    expect(visit.complaints.filter((text) => !text.includes('403'))).toEqual([]);
    await visit.close();
  });
});

describe('the sign-in page', () => {
  test('signs in by a passkey, without the second step, and leads where one wanted to go', async () => {
    const { owner, page, slug, visit } = await atAccount();
    await addDone(page, 'Laptop');
    await enrol(dashboard(), owner);
    await visit.context.clearCookies();
    await page.addInitScript(WITHOUT_OFFERS);
    await visit.goto(`/sign-in?return_to=/app/${slug}/keys`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', { name: 'API keys' }).waitFor();
    expect(await signInOf(owner.userId)).toBe('webauthn');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('has the browser offer a passkey by itself, where it can', async () => {
    const { owner, page, slug, visit } = await atAccount();
    await addDone(page, 'Laptop');
    await visit.context.clearCookies();
    // This device says yes to what a person would choose from the list below the field.
    await visit.goto(`/sign-in?return_to=/app/${slug}/keys`).catch(() => undefined);
    await page.getByRole('heading', { name: 'API keys' }).waitFor();
    expect(await signInOf(owner.userId)).toBe('webauthn');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says what happened when no passkey was used, and still takes the password', async () => {
    const { person } = dashboard();
    const owner = await person();
    const visit = await dashboard().visit('');
    const { page } = visit;
    const device = await withDevice(page);
    await device.refuse();
    await visit.goto('/sign-in');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('status').filter({ hasText: 'No passkey was used.' }).waitFor();
    await page.getByLabel('Email').fill(owner.email);
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL(`${dashboard().baseUrl}/app`);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('with a passkey that was removed from the account says so', async () => {
    const { page, visit } = await atAccount();
    await addDone(page, 'Laptop');
    await dashboard().store.pool.query('delete from passkeys');
    await visit.context.clearCookies();
    await page.addInitScript(WITHOUT_OFFERS);
    await visit.goto('/sign-in');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'That passkey was not accepted.' }).waitFor();
    // The one complaint is of the 422 itself.
    expect(visit.complaints.filter((text) => !text.includes('422'))).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'with the button is without fault for axe (%s)',
    async (colorScheme) => {
      const visit = await dashboard().visit('', { colorScheme, viewport: { width: 320, height: 640 } });
      await visit.goto('/sign-in');
      await visit.page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('without scripts shows no such button', async () => {
    const visit = await dashboard().visit('', { javaScriptEnabled: false });
    await visit.goto('/sign-in');
    await visit.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await visit.page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0);
    await visit.close();
  });
});

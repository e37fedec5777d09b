import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { RequestId } from '../../src/kernel/ids.ts';
import { startDocumentHost, type DocumentHost } from '../client-documents/support/document-host.ts';
import { valueOf } from '../people/open-people.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const requestId = 'req_test' as RequestId;
const ISSUER = 'https://login.acme.test';
let host: DocumentHost;
beforeAll(async () => {
  host = await startDocumentHost(['login.acme.test', 'wrong.acme.test']);
  const metadata = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/keys`,
    response_types_supported: ['code'],
    authorization_response_iss_parameter_supported: true,
  };
  host.publish(`${ISSUER}/.well-known/openid-configuration`, metadata);
  host.publish('https://wrong.acme.test/.well-known/openid-configuration', metadata);
  host.publish(`${ISSUER}/keys`, { keys: [{ kty: 'EC' }] });
});
afterAll(() => host.close());

// The host is started before, in the order of these hooks.
const dashboard = useDashboard({ addressGuard: () => host.guard });

async function owned() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  return { orgId, slug, owner, by: { orgId, by: owner.userId, requestId }, path: `/app/${slug}/sign-in` };
}

/** With a provider, a verified domain and one that waits, and somebody who was removed. */
async function established() {
  const made = await owned();
  const { company, dns, people, person, store } = dashboard();
  const { companyDomains, companyProviders } = company.portal;
  const { by, orgId, slug } = made;
  valueOf(
    await companyProviders.set(by, {
      issuer: ISSUER,
      clientId: 'latchkey',
      clientSecret: 'a-secret',
      scopes: 'openid email profile',
      defaultRole: 'member',
      groupsClaim: 'groups',
      groupRoles: [{ group: 'engineers', role: 'admin' }],
      version: null,
    }),
  );
  const { record } = valueOf(await companyDomains.add({ ...by, domain: `${slug}.test` }));
  dns.set(`${slug}.test`, [record]);
  valueOf(await companyDomains.check({ ...by, domain: `${slug}.test` }));
  valueOf(await companyDomains.add({ ...by, domain: `waits-${slug}.test` }));
  const removed = await person({ orgId, role: 'member' });
  await store.companySignIn.addIdentity({ orgId, issuer: ISSUER, subject: 'gone', userId: removed.userId });
  valueOf(await people.removeMember({ orgId, userId: removed.userId }));
  return { ...made, removed };
}

const said = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();

describe('the page of company sign-in', () => {
  test('an owner tests a provider, sets it, maps a group and verifies a domain', async () => {
    const { orgId, owner, path, slug } = await owned();
    const { dns, store } = dashboard();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByText('Not set up yet').waitFor();
    await page.getByText('/oauth/company/callback').waitFor();

    await page.getByLabel('Issuer').fill('https://wrong.acme.test');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText(`The provider calls itself ${ISSUER}`).waitFor();
    await page.getByRole('button', { name: `Use ${ISSUER}` }).click();
    expect(await page.getByLabel('Issuer').inputValue()).toBe(ISSUER);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Its keys can be read.').waitFor();

    await page.getByLabel('Client ID').fill('latchkey');
    await page.getByLabel('The secret').fill('a-secret-of-the-client');
    await page.getByLabel('Claim with the groups').fill('groups');
    await page.getByRole('button', { name: 'Add a group' }).click();
    await page.getByLabel('Group 1', { exact: true }).fill('engineers');
    await page.getByLabel('Role of group 1').selectOption('admin');
    await page.getByRole('button', { name: 'Save' }).click();
    await said(page, 'Saved. Now verify a domain');
    await expect.poll(() => focused(page)).toBe('Company sign-in');
    expect(await store.companySignIn.findProvider(orgId)).toMatchObject({
      issuer: ISSUER,
      clientId: 'latchkey',
      groupsClaim: 'groups',
      groupRoles: [{ group: 'engineers', role: 'admin' }],
      defaultRole: 'member',
    });
    expect(await page.content()).not.toContain('a-secret-of-the-client');

    const domain = `${slug}.test`;
    await page.getByText('No domain yet').waitFor();
    await page.getByRole('button', { name: 'Add a domain' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Domain').fill('not a domain');
    await dialog.getByRole('button', { name: 'Add a domain' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'That is no domain' }).waitFor();
    expect(await dialog.getByLabel('Domain').inputValue()).toBe('not a domain');
    await dialog.getByLabel('Domain').fill(domain.toUpperCase());
    await dialog.getByRole('button', { name: 'Add a domain' }).click();
    await said(page, `${domain} is in the list`);
    await page.getByRole('button', { name: `Check ${domain}` }).click();
    await page.getByRole('alert').filter({ hasText: 'The record is not there yet' }).waitFor();
    const record = await page
      .locator('.snippet code')
      .filter({ hasText: 'latchkey-verification=' })
      .innerText();
    dns.set(domain, [record]);
    await page.getByRole('button', { name: `Check ${domain}` }).click();
    await said(page, `${domain} is verified.`);
    await page.getByText('Verified', { exact: true }).waitFor();
    expect(await store.companySignIn.isVerified(orgId, domain)).toBe(true);
    // The refusals were asked for.
    expect(visit.complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
    await visit.close();
  });

  test('says what it means before it is required, removed or a domain goes, and the focus comes back', async () => {
    const { orgId, owner, path, removed, slug } = await established();
    const { store } = dashboard();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);

    await page.getByRole('button', { name: 'Require company sign-in' }).click();
    const question = page.getByRole('alertdialog');
    await question.getByText('Owners still get in by their own means.').waitFor();
    await expect.poll(() => focused(page)).toBe('Keep other ways');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Require company sign-in');
    await page.getByRole('button', { name: 'Require company sign-in' }).click();
    await question.getByRole('button', { name: 'Require company sign-in' }).click();
    await said(page, 'Company sign-in is required from now on.');
    expect((await store.companySignIn.findProvider(orgId))?.required).toBe(true);

    await page.getByRole('button', { name: `Let back in ${removed.email}` }).click();
    await question.getByRole('button', { name: 'Let back in' }).click();
    await said(page, `${removed.email} may come back.`);
    expect(await store.people.heldRoleOf(orgId, removed.userId)).toBe('member');
    await page.getByRole('table', { name: 'Removed people' }).waitFor({ state: 'detached' });

    await page.getByRole('button', { name: `Remove waits-${slug}.test` }).click();
    await question.getByText('Nobody with an address of this domain').waitFor();
    await question.getByRole('button', { name: 'Remove', exact: true }).click();
    await said(page, `waits-${slug}.test is removed.`);

    await page.getByRole('button', { name: 'Remove provider' }).click();
    await question.getByText(`Remove ${ISSUER}?`).waitFor();
    await question.getByText('Company sign-in is then no longer required.').waitFor();
    await question.getByRole('button', { name: 'Remove provider' }).click();
    await said(page, 'The provider is removed.');
    expect(await store.companySignIn.findProvider(orgId)).toBeUndefined();
    await page.getByText('Not set up yet').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('what another admin changed meanwhile is said, and what was typed is still there', async () => {
    const { by, orgId, owner, path } = await established();
    const { company, store } = dashboard();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByLabel('Client ID').fill('another-client');
    valueOf(await company.portal.companyProviders.setRequired(by, true));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'Somebody else changed the provider' }).waitFor();
    expect(await page.getByLabel('Client ID').inputValue()).toBe('another-client');
    await page.getByRole('button', { name: 'Save' }).click();
    await said(page, 'Saved.');
    expect(await store.companySignIn.findProvider(orgId)).toMatchObject({
      clientId: 'another-client',
      required: true,
    });
    await visit.close();
  });

  test('an admin sees that only an owner changes a provider whose groups make owners', async () => {
    const { by, orgId, path } = await established();
    const { company, person, store } = dashboard();
    const held = await store.companySignIn.findProvider(orgId);
    valueOf(
      await company.portal.companyProviders.set(by, {
        issuer: ISSUER,
        clientId: 'latchkey',
        clientSecret: undefined,
        scopes: 'openid email',
        defaultRole: 'member',
        groupsClaim: 'groups',
        groupRoles: [{ group: 'founders', role: 'owner' }],
        version: held?.version ?? null,
      }),
    );
    const admin = await person({ orgId, role: 'admin' });
    const visit = await dashboard().visit(admin.cookie);
    await visit.goto(path);
    await visit.page.getByText('so only an owner can change the provider').waitFor();
    expect(await visit.page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('shows a skeleton, what went wrong, and tries again', async () => {
    const { owner, path } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/company-sign-in',
      loading: 'Loading how people sign in',
    });
    await visit.page.getByText('Not set up yet').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a member is told which role it takes', async () => {
    const { orgId, path } = await owned();
    const member = await dashboard().person({ orgId, role: 'member' });
    const visit = await dashboard().visit(member.cookie);
    await visit.goto(path);
    await visit.page.getByText('This page needs the role Admin or higher.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'is fit for everybody and for a small phone (%s)',
    async (colorScheme) => {
      const { owner, path } = await established();
      const visit = await dashboard().visit(owner.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      await visit.goto(path);
      await visit.page.getByRole('table', { name: 'Removed people' }).waitFor();
      expect(await sidewaysScroll(visit.page)).toBe(0);
      await visit.page.setViewportSize({ width: 1280, height: 860 });
      expect(await visit.axe()).toEqual([]);
      await visit.page.getByRole('button', { name: 'Require company sign-in' }).click();
      await visit.page.getByRole('alertdialog').waitFor();
      expect(await visit.axe()).toEqual([]);
      await visit.close();
    },
  );
});

describe('an organisation that this session does not open', () => {
  test('says what it asks for and leads there', async () => {
    const { by, orgId, slug } = await established();
    const { company, person } = dashboard();
    valueOf(await company.portal.companyProviders.setRequired(by, true));
    const member = await person({ orgId, role: 'member' });
    const visit = await dashboard().visit(member.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}/keys`);
    await page.getByRole('heading', { name: /asks for its own sign-in/ }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await visit.goto('/app');
    await page.getByRole('heading', { name: 'Not open in this session' }).waitFor();
    await page.getByRole('link', { name: /Continue with/ }).click();
    await page.getByRole('button', { name: 'Link this account' }).waitFor();
    expect(visit.path()).toBe(`/sign-in/company/${slug}?return_to=%2Fapp%2F${slug}`);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});

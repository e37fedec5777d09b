import { describe, expect, test } from 'vitest';
import { newId, type ClientId } from '../../src/kernel/ids.ts';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import type { Role } from '../../src/kernel/access.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, focusedId, useDashboard, sidewaysScroll } from './open-dashboard.ts';
import { itemsOf } from './open-portal.ts';

const dashboard = useDashboard();

const ISSUER = 'https://acme.okta.test';
const KEY = { ...newKeyPair('P-256').publicKey.export({ format: 'jwk' }), kid: 'one' };
const PINNED = { issuer: ISSUER, access: 'full', jwks: { keys: [KEY] } };

async function furnished() {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const member = await person({ orgId, role: 'member' });
  const base = `/organisations/${slug}`;
  return {
    orgId,
    slug,
    owner,
    member,
    path: `/app/${slug}/identity-providers`,
    trust: (body: unknown = PINNED) => owner.post(`${base}/trusted-issuers`, body),
    remove: (issuer = ISSUER) => owner.post(`${base}/trusted-issuers/remove`, { issuer }),
    link: (subject: string, { email } = member) =>
      owner.post(`${base}/identity-links`, { issuer: ISSUER, subject, member: email }),
    issuers: async () => itemsOf(await owner.get(`${base}/trusted-issuers`)),
    links: async () => itemsOf(await owner.get(`${base}/identity-links`)),
    /** What an assertion of the issuer about the member opens. */
    async asserted() {
      const made = await owner.post(`${base}/clients`, {
        name: 'Claude',
        auth_method: 'client_secret_post',
        redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      });
      const grant = await store.grants.create({
        id: newId('grt'),
        orgId,
        userId: member.userId,
        clientId: String(made.body?.['client_id']) as ClientId,
        access: 'read',
        resource: '/mcp',
        destination: 'claude.ai',
        tokenMode: 'token',
      });
      await store.pool.query('update grants set issuer = $1 where id = $2', [ISSUER, grant.id]);
      return async () => (await store.grants.find(orgId, grant.id))?.revokedAt;
    },
  };
}

describe('the page of the identity providers', () => {
  test('an admin trusts a provider with pasted keys, links a member, and is told what to tell it', async () => {
    const { issuers, links, member, orgId, path, slug } = await furnished();
    const admin = await dashboard().person({ orgId, role: 'admin' });
    const visit = await dashboard().visit(admin.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}`);
    await page.getByRole('navigation').getByRole('link', { name: 'Identity providers' }).click();
    await expect.poll(() => visit.path()).toBe(path);
    await expect.poll(() => focusedId(page)).toBe('page-title');
    await page.getByText('No provider is trusted.').waitFor();
    // Nobody can be linked before there is a provider.
    expect(await page.getByRole('button', { name: 'Link a person' }).count()).toBe(0);
    const { baseUrl } = dashboard();
    await page.getByText(`${baseUrl}/mcp/${slug}`, { exact: true }).waitFor();
    expect(await page.getByText(baseUrl, { exact: true }).count()).toBe(1);

    await page.getByRole('button', { name: 'Trust a provider' }).click();
    const dialog = page.getByRole('dialog', { name: 'Trust a provider' });
    await page.keyboard.type(ISSUER);
    expect(await dialog.getByLabel(/^Read-only/).isChecked()).toBe(true);
    await dialog.getByLabel(/^Full access/).check();
    await dialog.getByLabel('Pasted here').check();
    await dialog.getByLabel('Key set (JWKS)').fill(JSON.stringify({ keys: [KEY] }));
    await dialog.getByRole('button', { name: 'Trust provider' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: `${ISSUER} is trusted.` })
      .waitFor();
    await expect.poll(() => focused(page)).toBe('Identity providers');
    expect(await issuers()).toMatchObject([{ issuer: ISSUER, access: 'full', key_ids: ['one'] }]);
    const provider = page.getByRole('row', { name: new RegExp(`^${ISSUER} one key`) });
    expect(await provider.innerText()).toContain('Full access');

    await page.getByText('Nobody is linked yet.').waitFor();
    await page.getByRole('button', { name: 'Link a person' }).click();
    const linking = page.getByRole('dialog', { name: 'Link a person' });
    await linking.locator(`datalist option[value="${member.email}"]`).waitFor({ state: 'attached' });
    await page.keyboard.type(member.email);
    await linking.getByLabel('Subject').fill('00u1abc');
    await linking.getByRole('button', { name: 'Link person' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: `${member.email} is linked.` })
      .waitFor();
    expect(await links()).toMatchObject([{ issuer: ISSUER, subject: '00u1abc', member: member.email }]);
    await page.getByRole('row', { name: new RegExp(`^${member.email}`) }).waitFor();
    await expect.poll(() => provider.getByRole('cell').nth(1).innerText()).toContain('1');
    await page.getByRole('main').getByRole('link', { name: 'Company sign-in' }).click();
    await expect.poll(() => visit.path()).toBe(`/app/${slug}/sign-in`);
    await expect.poll(() => focused(page)).toBe('Company sign-in');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a provider is removed after a question that says what ends, and it ends', async () => {
    const { asserted, issuers, link, links, owner, path, trust } = await furnished();
    await trust();
    await link('00u1abc');
    const revokedAt = await asserted();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const remove = page.getByRole('button', { name: `Remove ${ISSUER}` });
    await remove.click();
    const question = page.getByRole('alertdialog', { name: `Trust ${ISSUER} no more?` });
    expect(await question.innerText()).toContain('Its link to one person is deleted.');
    await expect.poll(() => focused(page)).toBe('Keep provider');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe(`Remove ${ISSUER}`);
    expect(await revokedAt()).toBeNull();
    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Remove provider' }).click();
    const said = page.getByRole('status').filter({ hasText: 'is no longer trusted' });
    expect(await said.innerText()).toBe(`${ISSUER} is no longer trusted. One connection ended.`);
    await expect.poll(() => focused(page)).toBe('Identity providers');
    await page.getByText('No provider is trusted.').waitFor();
    expect([await issuers(), await links()]).toEqual([[], []]);
    expect(await revokedAt()).toBeInstanceOf(Date);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a link is removed after a question, with what it opened', async () => {
    const { asserted, link, links, member, owner, path, trust } = await furnished();
    await trust();
    await link('00u1abc');
    const revokedAt = await asserted();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: `Unlink ${member.email}` }).click();
    await expect.poll(() => focused(page)).toBe('Keep link');
    expect(await page.getByRole('alertdialog').innerText()).toContain('00u1abc');
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe(`Unlink ${member.email}`);
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Unlink' }).click();
    await page.getByRole('status').filter({ hasText: 'is no longer linked' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Identity providers');
    await page.getByText('Nobody is linked yet.').waitFor();
    expect(await links()).toEqual([]);
    expect(await revokedAt()).toBeInstanceOf(Date);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('what was typed is still there when keys cannot be read, and when another admin was first', async () => {
    const { issuers, owner, path, trust } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Trust a provider' }).click();
    const act = page.getByRole('button', { name: 'Trust provider' });
    await page.keyboard.type(ISSUER);
    await page.getByLabel('At an address').check();
    await page.getByLabel('Address of the key set').fill('https://127.0.0.1/keys');
    await act.click();
    await page.getByRole('alert').filter({ hasText: 'No keys of this issuer could be read' }).waitFor();
    expect(await page.getByLabel('Issuer').inputValue()).toBe(ISSUER);
    expect(await page.getByLabel('Address of the key set').inputValue()).toBe('https://127.0.0.1/keys');
    expect((await trust()).status).toBe(201);
    await page.getByLabel('Pasted here').check();
    await page.getByLabel('Key set (JWKS)').fill(JSON.stringify(KEY));
    await act.click();
    await page.getByRole('alert').filter({ hasText: 'This issuer is trusted already.' }).waitFor();
    expect(await page.getByLabel('Key set (JWKS)').inputValue()).toBe(JSON.stringify(KEY));
    await page.getByRole('button', { name: 'Cancel' }).click();
    // What the other one did is on the page.
    await page.getByRole('button', { name: `Remove ${ISSUER}` }).waitFor();
    expect(await issuers()).toHaveLength(1);
    expect(visit.complaints.map((text) => /\d{3}/.exec(text)?.[0])).toEqual(['400', '409']);
    await visit.close();
  });

  test('an address of nobody here, a subject that is linked, and an owner whom an admin links are refused in words', async () => {
    const { link, links, member, orgId, owner, path, trust } = await furnished();
    await trust();
    await link('00u1abc');
    const admin = await dashboard().person({ orgId, role: 'admin' });
    const visit = await dashboard().visit(admin.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Link a person' }).click();
    await page.getByLabel('Subject').fill('00u1abc');
    for (const [email, words] of [
      ['nobody@acme.test', 'There is no such member.'],
      [owner.email, 'Only an owner links an owner.'],
      [member.email, 'This subject is linked already.'],
    ] as const) {
      await page.getByLabel('Member').fill(email);
      await page.getByRole('dialog').getByRole('button', { name: 'Link person' }).click();
      await page.getByRole('alert').filter({ hasText: words }).waitFor();
      expect(await page.getByLabel('Subject').inputValue()).toBe('00u1abc');
      expect(await page.getByLabel('Member').inputValue()).toBe(email);
    }
    expect(await links()).toHaveLength(1);
    expect(visit.complaints.map((text) => /\d{3}/.exec(text)?.[0])).toEqual(['404', '403', '409']);
    await visit.close();
  });

  test('who removes what another admin has removed meanwhile is told', async () => {
    const { owner, path, remove, trust } = await furnished();
    await trust();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: `Remove ${ISSUER}` }).click();
    expect((await remove()).status).toBe(200);
    await page.getByRole('button', { name: 'Remove provider' }).click();
    await page.getByRole('alert').filter({ hasText: 'There is no such issuer.' }).waitFor();
    await page.getByRole('button', { name: 'Keep provider' }).click();
    await page.getByText('No provider is trusted.').waitFor();
    expect(visit.complaints).toEqual([expect.stringContaining('404')]);
    await visit.close();
  });

  test('ten thousand links come a hundred at a time, and each is found', async () => {
    const { member, orgId, owner, path, trust } = await furnished();
    await trust();
    await dashboard().store.pool.query(
      `insert into identity_links (org_id, issuer, subject, user_id)
       select $1, $2, 'subject-' || n, $3 from generate_series(1, 10000) n`,
      [orgId, ISSUER, member.userId],
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('status').filter({ hasText: '100 of 10000 linked' }).waitFor();
    expect(await page.getByRole('table', { name: 'People linked' }).getByRole('row').count()).toBe(101);
    await page.getByLabel('Find a link').fill('SUBJECT-9876');
    await page.getByRole('status').filter({ hasText: '1 linked' }).waitFor();
    await page.getByRole('cell', { name: 'subject-9876' }).waitFor();
    expect(await page.getByRole('table', { name: 'People linked' }).getByRole('row').count()).toBe(2);
    await page.getByLabel('Find a link').fill('nobody');
    await page.getByText('Nobody linked has that in their address or subject.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('shows that it is loading, what went wrong, and the providers after another try', async () => {
    const { link, member, owner, path, trust } = await furnished();
    await trust();
    await link('00u1abc');
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/**/trusted-issuers',
      loading: 'Loading the identity providers',
    });
    await visit.page.getByRole('button', { name: `Remove ${ISSUER}` }).waitFor();
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/**/identity-links',
      loading: 'Loading the people',
    });
    await visit.page.getByRole('row', { name: new RegExp(`^${member.email}`) }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each<Role>(['member', 'viewer'])('tells a %s which role it takes, and asks nothing', async (role) => {
    const { orgId, path } = await furnished();
    const person = await dashboard().person({ orgId, role });
    const visit = await dashboard().visit(person.cookie);
    await visit.goto(path);
    await visit.page.getByText('This page needs the role Admin or higher.').waitFor();
    expect(await visit.page.getByRole('link', { name: 'Identity providers' }).count()).toBe(0);
    expect(visit.requests.filter((url) => /trusted-issuers|identity-links/.test(url))).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'a hostile subject is text, and nothing is wider than a small phone (%s)',
    async (colorScheme) => {
      const { link, owner, path, trust } = await furnished();
      await trust();
      await trust({ ...PINNED, issuer: `https://acme.test/${'x'.repeat(350)}` });
      await link(`<img src=x onerror=alert(1)>${'x'.repeat(200)}`);
      const visit = await dashboard().visit(owner.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = visit;
      await visit.goto(path);
      await page.getByRole('table').nth(1).waitFor();
      expect(await sidewaysScroll(page)).toBe(0);
      for (const button of [/^Remove https:\/\/acme\.test/, /^Unlink/, 'Trust a provider', 'Link a person']) {
        await page.getByRole('button', { name: button }).click();
        expect([button, await sidewaysScroll(page)]).toEqual([button, 0]);
        await page.keyboard.press('Escape');
      }
      await page.getByRole('button', { name: 'Trust a provider' }).click();
      await page.getByLabel('Pasted here').check();
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await page.locator('img').count()).toBe(0);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test.each(['light', 'dark'] as const)(
    'is fit for everybody: nothing trusted, lists, dialogs and questions (%s)',
    async (colorScheme) => {
      const { link, member, owner, path, trust } = await furnished();
      const visit = await dashboard().visit(owner.cookie, { colorScheme });
      const { page } = visit;
      await visit.goto(path);
      await page.getByText('No provider is trusted.').waitFor();
      expect(await visit.axe()).toEqual([]);
      await trust();
      await visit.goto(path);
      await page.getByText('Nobody is linked yet.').waitFor();
      expect(await visit.axe()).toEqual([]);
      await link('00u1abc');
      await visit.goto(path);
      await page.getByRole('row', { name: new RegExp(`^${member.email}`) }).waitFor();
      expect(await visit.axe()).toEqual([]);
      for (const button of [
        'Trust a provider',
        'Link a person',
        `Remove ${ISSUER}`,
        `Unlink ${member.email}`,
      ]) {
        await page.getByRole('button', { name: button }).click();
        await page.getByRole(/^(Remove|Unlink)/.test(button) ? 'alertdialog' : 'dialog').waitFor();
        expect([button, await visit.axe()]).toEqual([button, []]);
        await page.keyboard.press('Escape');
        await expect.poll(() => focused(page)).toBe(button);
      }
      await page.getByRole('button', { name: 'Trust a provider' }).click();
      for (const keys of ['At an address', 'Pasted here']) {
        await page.getByLabel(keys).check();
        expect([keys, await visit.axe()]).toEqual([keys, []]);
      }
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );
});

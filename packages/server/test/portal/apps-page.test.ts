import { describe, expect, test } from 'vitest';
import { newId, type ClientId, type UserId } from '../../src/kernel/ids.ts';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import type { Role } from '../../src/kernel/access.ts';
import { holdRequests } from './hold-requests.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { clipboard, copyWith, focused, focusedId, useDashboard, sidewaysScroll } from './open-dashboard.ts';
import { itemsOf } from './open-portal.ts';

const dashboard = useDashboard();

const HOSTILE = 'Shop <img src=x onerror=alert(1)>';
const APP = { name: HOSTILE, auth_method: 'none', redirect_uris: ['https://shop.test/callback'] };
const MACHINE = { name: 'Importer', auth_method: 'client_secret_basic', agent_role: 'member' };
const PUBLIC_KEY = newKeyPair('P-256').publicKey.export({ format: 'jwk' });

async function furnished() {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const base = `/organisations/${slug}`;
  /** A connection of somebody through a client, as approving it makes one. */
  const connect = (clientId: string, userId: UserId = owner.userId, destination = 'shop.test') =>
    store.grants.create({
      id: newId('grt'),
      orgId,
      userId,
      clientId: clientId as ClientId,
      access: 'read',
      resource: '/mcp',
      destination,
      tokenMode: 'token',
    });
  const make = async (body: unknown) =>
    String((await owner.post(`${base}/clients`, body)).body?.['client_id']);
  const clients = async () => itemsOf(await owner.get(`${base}/clients`));
  const rules = async () => itemsOf(await owner.get(`${base}/client-rules`));
  return { orgId, slug, owner, base, connect, make, clients, rules, path: `/app/${slug}/apps` };
}

describe('apps that admins make', () => {
  test('begin with nothing; a public one is made and its client id is there to copy', async () => {
    const { clients, owner, path } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await visit.goto(path);
    await page.getByText('None yet. Claude and most others need none').waitFor();
    await page.getByRole('button', { name: 'Create app' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create an app' });
    await page.keyboard.type(HOSTILE);
    await dialog.getByLabel('Redirect URIs').fill('https://shop.test/callback\nhttp://localhost/cb\n');
    await dialog.getByRole('button', { name: 'Create app' }).click();
    await page.getByRole('dialog', { name: `“${HOSTILE}” is there` }).waitFor();
    expect(await page.locator('[data-secret]').count()).toBe(0);
    await copyWith(page, 'Copy the client id');
    const [made] = await clients();
    expect(made).toMatchObject({
      name: HOSTILE,
      auth_method: 'none',
      redirect_uris: ['https://shop.test/callback', 'http://localhost/cb'],
    });
    expect(await clipboard(page)).toBe(made?.['client_id']);
    await page.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => focused(page)).toBe('Apps');
    const row = page.getByRole('row', { name: HOSTILE });
    expect(await row.innerText()).toContain('Nothing (public, PKCE)');
    // The whole of each address is there for whoever asks.
    await row.getByText('at shop.test, localhost').click();
    await row.getByText('https://shop.test/callback').waitFor();
    expect(await row.getByRole('button', { name: 'Token exchange' }).count()).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test("a machine's secret is on the page once, and in nothing that stays", async () => {
    const { clients, owner, path } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Create app' }).click();
    await page.keyboard.type('Importer');
    await page.getByLabel(/^Itself/).check();
    await page.getByLabel(/^Member/).check();
    await page.getByLabel('Proves itself by').selectOption('client_secret_post');
    await page.getByLabel(/^Token exchange/).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Create app' }).click();
    const secret = await page.locator('[data-secret]').innerText();
    expect(secret.length).toBeGreaterThan(40);
    // Escape must not lose what is shown once, however often it is pressed.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-secret]').innerText()).toBe(secret);
    await page.getByRole('button', { name: 'I have saved it' }).click();
    const row = page.getByRole('row', { name: /^Importer/ });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/the agent Importer, Member[^]*trades tokens/);
    expect(await clients()).toMatchObject([
      {
        auth_method: 'client_secret_post',
        agent: { name: 'Importer', role: 'member' },
        token_exchange: true,
      },
    ]);
    const left = await page.evaluate<string[]>(`[
      document.documentElement.outerHTML,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      JSON.stringify(history.state),
      location.href,
    ]`);
    expect(left[0]).toContain('Importer');
    expect(left.join('\n')).not.toContain(secret);
    expect(visit.requests.join('\n')).not.toContain(secret);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('whoever presses Escape while an app is being made does not miss its secret', async () => {
    const { owner, path } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const answer = await holdRequests(page, '**/portal/**/clients');
    await page.getByRole('button', { name: 'Create app' }).click();
    await page.keyboard.type('Importer');
    await page.getByLabel(/^Itself/).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Create app' }).click();
    await page.getByRole('button', { name: 'Creating…' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
    answer();
    await page.locator('[data-secret]').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a machine that signs is made with pasted keys; what is no key set is not sent', async () => {
    const { clients, owner, path } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Create app' }).click();
    const dialog = page.getByRole('dialog');
    const create = dialog.getByRole('button', { name: 'Create app' });
    await page.keyboard.type('Signer');
    await page.getByLabel(/^Itself/).check();
    await page.getByLabel('Proves itself by').selectOption('private_key_jwt');
    await page.getByLabel('Pasted here').check();
    await page.getByLabel('Key set (JWKS)').fill('-----BEGIN PUBLIC KEY-----');
    await create.click();
    await expect.poll(() => page.locator('textarea:invalid').count()).toBe(1);
    expect(visit.requests.filter((url) => url.endsWith('/clients')).length).toBe(1);
    await page.getByLabel('Key set (JWKS)').fill(JSON.stringify({ ...PUBLIC_KEY, kid: 'one' }));
    await create.click();
    await page.getByRole('button', { name: 'Done' }).click();
    const row = page.getByRole('row', { name: /^Signer/ });
    await row.waitFor();
    expect(await row.innerText()).toContain('one key, pasted: one');
    expect(await clients()).toMatchObject([{ auth_method: 'private_key_jwt', key_ids: ['one'] }]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('what was typed is still there when an agent has the name, and when keys cannot be read', async () => {
    const { base, clients, owner, path } = await furnished();
    await owner.post(`${base}/agents`, { name: 'Importer', role: 'viewer' });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Create app' }).click();
    const create = page.getByRole('dialog').getByRole('button', { name: 'Create app' });
    await page.keyboard.type('Importer');
    await page.getByLabel(/^Itself/).check();
    await create.click();
    await page.getByRole('alert').filter({ hasText: 'There is an agent of that name.' }).waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Importer');
    expect(await page.getByLabel(/^Itself/).isChecked()).toBe(true);
    await page.getByLabel('Proves itself by').selectOption('private_key_jwt');
    await page.getByLabel('Address of the key set').fill('https://127.0.0.1/jwks');
    await create.click();
    await page.getByRole('alert').filter({ hasText: 'no keys could be read there' }).waitFor();
    expect(await page.getByLabel('Address of the key set').inputValue()).toBe('https://127.0.0.1/jwks');
    // An answer that turns out not to be wanted loses nothing either.
    await page.getByLabel(/^People/).check();
    await page.getByLabel('Redirect URIs').fill('https://a.test/cb');
    await page.getByLabel(/^Whoever calls it/).check();
    await page.getByLabel(/^People/).check();
    expect(await page.getByLabel('Redirect URIs').inputValue()).toBe('https://a.test/cb');
    expect(await clients()).toEqual([]);
    expect(visit.complaints.map((text) => /\d{3}/.exec(text)?.[0])).toEqual(['409', '400']);
    await visit.close();
  });

  test('are deleted after a question that counts what ends, and wants the name', async () => {
    const { clients, connect, make, orgId, owner, path } = await furnished();
    const other = await dashboard().person({ orgId, role: 'member' });
    const id = await make(APP);
    await connect(id);
    await connect(id);
    const { id: theirs } = await connect(id, other.userId);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: HOSTILE });
    expect(await row.innerText()).toContain('3 connections of 2 people');
    await row.getByRole('button', { name: 'Delete' }).click();
    const question = page.getByRole('alertdialog');
    expect(await question.getByRole('heading').innerText()).toBe(`Delete “${HOSTILE}”?`);
    expect(await question.innerText()).toContain('Ends 3 connections of 2 people');
    await expect.poll(() => focused(page)).toBe('Keep app');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe(`Delete ${HOSTILE}`);
    await page.keyboard.press('Enter');
    const act = question.getByRole('button', { name: 'Delete app' });
    await question.getByLabel(/^To go on, type its name/).fill('Shop');
    expect(await act.isDisabled()).toBe(true);
    expect(await clients()).toHaveLength(1);
    await question.getByLabel(/^To go on, type its name/).fill(HOSTILE);
    await act.click();
    const said = page.getByRole('status').filter({ hasText: 'is deleted' });
    expect(await said.innerText()).toBe(`“${HOSTILE}” is deleted. 3 connections ended.`);
    await expect.poll(() => focused(page)).toBe('Apps');
    expect(await row.count()).toBe(0);
    expect(await clients()).toEqual([]);
    expect((await dashboard().store.grants.find(orgId, theirs))?.revokedAt).toBeInstanceOf(Date);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('who deletes what another admin has deleted meanwhile is told, and it leaves the list', async () => {
    const { base, make, owner, path } = await furnished();
    const id = await make(MACHINE);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: /^Importer/ });
    await row.getByRole('button', { name: 'Delete' }).click();
    expect(await page.getByRole('alertdialog').innerText()).toContain('Its agent stays');
    expect((await owner.post(`${base}/clients/${id}/delete`)).status).toBe(200);
    await page.getByRole('button', { name: 'Delete app' }).click();
    await page.getByRole('alert').filter({ hasText: 'There is no such client.' }).waitFor();
    await page.getByRole('button', { name: 'Keep app' }).click();
    await page.getByText('None yet. Claude and most others need none').waitFor();
    expect(visit.complaints).toEqual([expect.stringContaining('404')]);
    await visit.close();
  });

  test('are allowed token exchange, and it is taken back', async () => {
    const { clients, make, owner, path } = await furnished();
    await make(MACHINE);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: /^Importer/ });
    const exchange = row.getByRole('button', { name: 'Token exchange of Importer' });
    await exchange.click();
    await expect.poll(() => focused(page)).toBe('Leave it off');
    await page.getByRole('button', { name: 'Allow token exchange' }).click();
    await page.getByRole('status').filter({ hasText: 'may trade tokens from now on' }).waitFor();
    expect(await clients()).toMatchObject([{ token_exchange: true }]);
    await row.getByText('trades tokens').waitFor();
    await exchange.click();
    await expect.poll(() => focused(page)).toBe('Keep it on');
    expect(await page.getByRole('alertdialog').innerText()).toContain('refused from the next call on');
    await page.getByRole('button', { name: 'Withdraw token exchange' }).click();
    await page.getByRole('status').filter({ hasText: 'may trade tokens no more' }).waitFor();
    expect(await clients()).toMatchObject([{ token_exchange: false }]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});

describe('rules about apps', () => {
  test('a host is approved, then blocked after a question, which ends what goes there; then the rule is removed', async () => {
    const { connect, orgId, owner, path, rules } = await furnished();
    const { grantId } = await dashboard().connection({ orgId, userId: owner.userId });
    const { id: elsewhere } = await connect(
      (await dashboard().store.grants.find(orgId, grantId))?.clientId ?? '',
      owner.userId,
      'elsewhere.test',
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByText('No rules yet.').waitFor();
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.keyboard.type(' Claude.AI ');
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'claude.ai is approved.' }).waitFor();
    expect(await rules()).toMatchObject([{ subject: 'host:claude.ai', rule: 'approved' }]);
    const row = page.getByRole('row', { name: /^claude\.ai/ });
    await row.getByRole('button', { name: 'Block' }).click();
    const question = page.getByRole('alertdialog', { name: 'Block claude.ai?' });
    await expect.poll(() => focused(page)).toBe('Leave it approved');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Block host:claude.ai');
    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Block' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: 'claude.ai is blocked. One connection ended.' })
      .waitFor();
    await expect.poll(() => focused(page)).toBe('Apps');
    const { grants } = dashboard().store;
    expect((await grants.find(orgId, grantId))?.revokedAt).toBeInstanceOf(Date);
    expect((await grants.find(orgId, elsewhere))?.revokedAt).toBeNull();

    await row.getByRole('button', { name: 'Remove rule' }).click();
    await expect.poll(() => focused(page)).toBe('Keep rule');
    expect(await page.getByRole('alertdialog').innerText()).toContain('stays ended');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove rule' }).click();
    await page.getByText('No rules yet.').waitFor();
    expect(await rules()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each([
    ['any', 'Its connections stay.', ''],
    ['known', 'Only apps that are approved or identified may be connected here.', ' One connection ended.'],
    ['approved', 'Only approved apps may be connected here.', ' One connection ended.'],
  ] as const)(
    'who takes an approval back is told what becomes of its connections (%s app may be connected)',
    async (policy, effect, ended) => {
      const { orgId, owner, path, slug } = await furnished();
      const { grants, pool } = dashboard().store;
      const { grantId } = await dashboard().connection({ orgId, userId: owner.userId });
      const subject = (await grants.find(orgId, grantId))?.clientId;
      const approval = { subject, rule: 'approved' };
      expect((await owner.put(`/organisations/${slug}/client-rules`, approval)).status).toBe(200);
      await pool.query('update organisations set client_policy = $1 where id = $2', [policy, orgId]);
      const visit = await dashboard().visit(owner.cookie);
      const { page } = visit;
      await visit.goto(path);
      await page.getByRole('button', { name: `Remove rule about ${subject}` }).click();
      const question = page.getByRole('alertdialog');
      await question.getByText(effect).waitFor();
      expect((await question.innerText()).includes('end at once')).toBe(policy !== 'any');
      await question.getByRole('button', { name: 'Remove rule' }).click();
      const said = page.getByRole('status').filter({ hasText: 'any more.' });
      expect(await said.innerText()).toMatch(new RegExp(`any more\\.${ended}$`));
      const revokedAt = (await grants.find(orgId, grantId))?.revokedAt;
      expect(revokedAt instanceof Date).toBe(policy !== 'any');
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('a client id is blocked from the form; whoever goes back finds what was typed', async () => {
    const { owner, path, rules } = await furnished();
    const subject = 'https://app.test/client.json';
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.keyboard.type('https://app.test/a b');
    await page.getByLabel(/^Block/).check();
    await page.getByRole('button', { name: 'Block…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Block' }).click();
    await page.getByRole('alert').filter({ hasText: 'must be a client id, or host:' }).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    const field = page.getByLabel('Host or client id');
    expect(await field.inputValue()).toBe('https://app.test/a b');
    expect(await page.getByLabel(/^Block/).isChecked()).toBe(true);
    await field.fill(subject);
    await page.getByRole('button', { name: 'Block…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Block' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: `${subject} is blocked. No connection ended by it.` })
      .waitFor();
    expect(await rules()).toMatchObject([{ subject, rule: 'blocked' }]);

    // Who decides about it once more is told that there is a rule.
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.keyboard.type(subject);
    await page.getByText('There is a rule about it (blocked), which this replaces.').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Add rule');
    expect(visit.complaints).toEqual([expect.stringContaining('400')]);
    await visit.close();
  });

  test('who removes what another admin has removed meanwhile is told', async () => {
    const { base, owner, path } = await furnished();
    const subject = 'host:claude.ai';
    await owner.put(`${base}/client-rules`, { subject, rule: 'blocked' });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: `Remove rule about ${subject}` }).click();
    await owner.put(`${base}/client-rules`, { subject, rule: null });
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove rule' }).click();
    await page.getByRole('alert').filter({ hasText: 'There is no rule about this.' }).waitFor();
    await page.getByRole('button', { name: 'Keep rule' }).click();
    await page.getByText('No rules yet.').waitFor();
    expect(visit.complaints).toEqual([expect.stringContaining('404')]);
    await visit.close();
  });
});

describe('the page of the apps', () => {
  test('shows that it is loading, what went wrong, and the apps after another try', async () => {
    const { make, owner, path } = await furnished();
    await make(APP);
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, { path, api: '**/portal/**/clients', loading: 'Loading the apps' });
    await visit.page.getByRole('row', { name: HOSTILE }).waitFor();
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/**/client-rules',
      loading: 'Loading the rules',
    });
    await visit.page.getByText('No rules yet.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('ten thousand apps and rules come a hundred at a time, and each is found', async () => {
    const { orgId, owner, path } = await furnished();
    const { pool } = dashboard().store;
    await pool.query(
      `insert into clients (id, kind, org_id, name, redirect_uris, auth_method)
       select 'cli_' || $1 || n, 'portal', $1, 'App ' || n, '["https://a.test/cb"]', 'none'
       from generate_series(1, 10000) n`,
      [orgId],
    );
    await pool.query(
      `insert into client_rules (org_id, subject, rule, created_by)
       select $1, 'host:host-' || n || '.test', 'blocked', $2 from generate_series(1, 10000) n`,
      [orgId, owner.userId],
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const found = (words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();
    await found('100 of 10000 apps');
    await found('100 of 10000 rules');
    const rows = (name: string) => page.getByRole('table', { name }).getByRole('row');
    expect([await rows('Apps made here').count(), await rows('Rules about apps').count()]).toEqual([
      101, 101,
    ]);
    await page.getByRole('button', { name: 'Show more' }).first().click();
    await found('200 of 10000 apps');
    await page.getByLabel('Find an app', { exact: true }).fill('app 9876');
    await found('1 app');
    await page.getByRole('row', { name: /^App 9876/ }).waitFor();
    expect(await rows('Apps made here').count()).toBe(2);
    await page.getByLabel('Find a rule').fill('host-1234.test');
    await found('1 rule');
    await expect.poll(() => new URL(page.url()).search).toBe('?q=app+9876&rule=host-1234.test');
    await page.getByRole('row', { name: /^host-1234\.test/ }).waitFor();
    expect(await rows('Rules about apps').count()).toBe(2);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('lists apps that came by themselves, how each is known, and approves and blocks them there', async () => {
    const { connect, orgId, owner, path, rules } = await furnished();
    const client = await dashboard().store.clients.register({
      id: newId('cli'),
      name: HOSTILE,
      redirectUris: ['https://guest.test/callback'],
      authMethod: 'none',
      secretHash: null,
      metadataHash: `guest of ${orgId}`,
    });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByText('None yet. As soon as somebody connects').waitFor();
    const { id } = await connect(client.id, owner.userId, 'guest.test');
    await connect(client.id, owner.userId, 'guest.test');
    await page.reload();
    const row = page.getByRole('table', { name: 'Apps that came by themselves' }).getByRole('row').nth(1);
    await row.waitFor();
    expect(await row.innerText()).toMatch(
      /Unidentified[^]*registered here[^]*guest\.test[^]*2 connections of one person/,
    );
    expect(await page.locator('img').count()).toBe(0);
    await row.getByRole('button', { name: 'Approve' }).click();
    const question = page.getByRole('alertdialog');
    await expect.poll(() => focused(page)).toBe('Leave it as it is');
    expect(await question.innerText()).toContain(client.id);
    await question.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('status').filter({ hasText: 'is approved.' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Apps');
    await row.getByText('Approved').waitFor();
    expect(await rules()).toMatchObject([{ subject: client.id, rule: 'approved' }]);
    await row.getByRole('button', { name: 'Block' }).click();
    await question.getByRole('button', { name: 'Block' }).click();
    await page.getByRole('status').filter({ hasText: 'is blocked. 2 connections ended.' }).waitFor();
    await row.getByText('Blocked').waitFor();
    expect(await row.innerText()).toContain('None');
    expect((await dashboard().store.grants.find(orgId, id))?.revokedAt).toBeInstanceOf(Date);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)('has no fault that axe sees (%s)', async (colorScheme) => {
    const { base, connect, make, owner, path } = await furnished();
    const made = await make(APP);
    await make(MACHINE);
    await connect(made);
    await owner.put(`${base}/client-rules`, { subject: 'host:evil.test', rule: 'blocked' });
    const guest = await dashboard().store.clients.register({
      id: newId('cli'),
      name: 'Guest',
      redirectUris: ['https://guest.test/callback'],
      authMethod: 'none',
      secretHash: null,
      metadataHash: `guest of ${made}`,
    });
    await connect(guest.id, owner.userId, 'guest.test');
    const visit = await dashboard().visit(owner.cookie, { colorScheme });
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('row', { name: /^Guest/ }).waitFor();
    await page.getByRole('row', { name: /^evil\.test/ }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    await expect.poll(() => sidewaysScroll(page)).toBe(0);
    await page.getByRole('button', { name: `Delete ${HOSTILE}` }).click();
    await page.getByRole('alertdialog').waitFor();
    expect(await visit.axe()).toEqual([]);
    expect(await sidewaysScroll(page)).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each<Role>(['member', 'viewer'])('tells a %s which role it takes, and asks nothing', async (role) => {
    const { orgId, path } = await furnished();
    const person = await dashboard().person({ orgId, role });
    const visit = await dashboard().visit(person.cookie);
    await visit.goto(path);
    await visit.page.getByText('This page needs the role Admin or higher.').waitFor();
    expect(await visit.page.getByRole('link', { name: 'Apps' }).count()).toBe(0);
    expect(visit.requests.filter((url) => /\/portal\/.*\/client/.test(url))).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('is found by an admin in the navigation', async () => {
    const { orgId, slug } = await furnished();
    const admin = await dashboard().person({ orgId, role: 'admin' });
    const visit = await dashboard().visit(admin.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}`);
    await page.getByRole('navigation').getByRole('link', { name: 'Apps' }).click();
    // The link that was clicked reads like the heading that gets the focus: the title tells them apart.
    await expect.poll(() => page.title()).toMatch(/^Apps · Organisation \d+ · Latchkey$/);
    await expect.poll(() => focusedId(page)).toBe('page-title');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)('nothing is wider than a small phone (%s)', async (colorScheme) => {
    const { base, make, owner, path } = await furnished();
    await make({ ...MACHINE, name: 'A-name-without-a-place-to-break-it-'.repeat(3).slice(0, 80) });
    await make({ ...APP, redirect_uris: [`https://${'long'.repeat(15)}.test/${'x'.repeat(1500)}`] });
    await owner.put(`${base}/client-rules`, {
      subject: `https://a.test/${'x'.repeat(1500)}`,
      rule: 'approved',
    });
    const visit = await dashboard().visit(owner.cookie, {
      viewport: { width: 320, height: 640 },
      colorScheme,
    });
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('table').nth(1).waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    await page.getByText(/^at long/).click();
    expect(await sidewaysScroll(page)).toBe(0);
    for (const button of [/^Delete A-name/, /^Token exchange/, /^Block/, /^Remove rule/, 'Add rule']) {
      await page.getByRole('button', { name: button }).click();
      expect([button, await sidewaysScroll(page)]).toEqual([button, 0]);
      await page.keyboard.press('Escape');
    }
    await page.getByRole('button', { name: 'Create app' }).click();
    await page.keyboard.type('x'.repeat(80));
    await page.getByLabel('Redirect URIs').fill(`https://a.test/${'x'.repeat(300)}`);
    await page.getByLabel('Proves itself by').selectOption('client_secret_basic');
    expect(await sidewaysScroll(page)).toBe(0);
    await page.getByRole('dialog').getByRole('button', { name: 'Create app' }).click();
    await page.locator('[data-secret]').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});

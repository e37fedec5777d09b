import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../src/kernel/access.ts';
import type { OrganisationId, UserId } from '../src/kernel/ids.ts';
import { applyDeclared } from '../src/declared.ts';
import { bindDeclared } from '../src/people/declared/bind-declared.ts';
import { PASSWORD, valueOf } from './people/open-people.ts';
import { openInvitations, type OpenedInvitations } from './pages/open-invitations.ts';
import { hiddenFields } from './pages/open-pages.ts';

let opened: OpenedInvitations;
let folder: string;
beforeAll(async () => {
  opened = await openInvitations();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-declared-members-'));
});
afterAll(async () => {
  await opened.close();
  await rm(folder, { recursive: true, force: true });
});

interface Declared {
  slug: string;
  members?: { email: string; role: string }[];
}

let files = 0;
async function apply(...organisations: Declared[]) {
  files += 1;
  const path = join(folder, `${files}.json`);
  const named = organisations.map((one) => ({ name: one.slug, ...one }));
  await writeFile(path, JSON.stringify({ organisations: named }));
  const said: string[] = [];
  const { clock, people, publishMcp, setCredential, store } = opened;
  const applied = await applyDeclared(path, {
    clock,
    people,
    publishMcp,
    setCredential,
    store,
    say: (line) => said.push(line),
  });
  return { applied, said: said.join('\n') };
}

async function organisation() {
  const { orgId, slug } = await opened.organisation();
  return { orgId, slug };
}

/** An account whose address nobody vouched for: its owner may have typed any. */
async function unvouched(email: string): Promise<UserId> {
  const { userId } = valueOf(await opened.people.createUser({ email, name: '', password: PASSWORD }));
  await opened.store.pool.query('update users set email_verified = false where id = $1', [userId]);
  return userId;
}

async function open(token: string) {
  const browser = opened.browser();
  const path = `/invite/${token}`;
  const page = await browser.get(path);
  const form = page.html.split('<form').find((part) => part.includes('action="/invite/')) ?? '';
  return { browser, path, csrf: hiddenFields(form)['csrf'] ?? '' };
}

/** A new account by a link, with this address where the link is for whoever has it. */
async function joinAsNew(token: string, email = 'any@acme.test') {
  const { browser, csrf, path } = await open(token);
  const sent = { csrf, act: 'create', name: '', email, password: PASSWORD };
  expect((await browser.post(path, sent)).status).toBe(303);
}

const heldBy = (orgId: OrganisationId, userId: UserId) => opened.roleOf(orgId, userId);

describe('members that the operator declares', () => {
  test('with an account that is vouched for are what they were declared, again at each start, with a trace', async () => {
    const { orgId, slug } = await organisation();
    const [ada, bob] = [await opened.person([orgId, 'viewer']), await opened.person()];
    const members = [
      { email: ada.email.toUpperCase(), role: 'owner' },
      { email: bob.email, role: 'member' },
    ];
    expect(await apply({ slug, members })).toEqual({ applied: { ok: true, value: undefined }, said: '' });
    expect([await heldBy(orgId, ada.userId), await heldBy(orgId, bob.userId)]).toEqual(['owner', 'member']);
    await apply({ slug, members });
    const audit = await opened.auditOf(orgId);
    expect(audit).toEqual([
      expect.objectContaining({
        action: 'member.declared',
        target: ada.userId,
        detail: { from: 'viewer', to: 'owner' },
      }),
      expect.objectContaining({
        action: 'member.declared',
        target: bob.userId,
        detail: { from: null, to: 'member' },
      }),
    ]);
  });

  test('are changed by no page until the file lets them go', async () => {
    const { orgId, slug } = await organisation();
    const owner = await opened.person([orgId, 'owner']);
    const bob = await opened.person();
    await apply({ slug, members: [{ email: bob.email, role: 'member' }] });
    const change = { orgId, userId: bob.userId, by: opened.by(owner.userId) };
    const refused = { ok: false, error: { reason: 'declared' } };
    expect(await opened.people.setRole({ ...change, role: 'viewer' })).toEqual(refused);
    expect(await opened.people.removeMember(change)).toEqual(refused);
    // Nor may they leave: they would be back.
    expect(await opened.people.removeMember({ ...change, by: opened.by(bob.userId) })).toEqual(refused);
    await apply({ slug });
    expect(await heldBy(orgId, bob.userId)).toBe('member');
    expect((await opened.people.setRole({ ...change, role: 'viewer' })).ok).toBe(true);
  });

  test('never leave an organisation without its last owner', async () => {
    const { orgId, slug } = await organisation();
    const owner = await opened.person([orgId, 'owner']);
    const { said } = await apply({ slug, members: [{ email: owner.email, role: 'viewer' }] });
    expect(said).toContain('stays owner');
    expect(await heldBy(orgId, owner.userId)).toBe('owner');
    const other = await opened.person();
    const both = [
      { email: owner.email, role: 'viewer' },
      { email: other.email, role: 'owner' },
    ];
    expect((await apply({ slug, members: both })).said).toBe('');
    expect([await heldBy(orgId, owner.userId), await heldBy(orgId, other.userId)]).toEqual([
      'viewer',
      'owner',
    ]);
  });

  test('two at once who start with the same file make it so once', async () => {
    const { orgId, slug } = await organisation();
    const bob = await opened.person();
    const declared = { slug, members: [{ email: bob.email, role: 'admin' }] };
    const all = await Promise.all(Array.from({ length: 4 }, () => apply(declared)));
    expect(all.every(({ applied }) => applied.ok)).toBe(true);
    expect(await opened.auditOf(orgId)).toHaveLength(1);
  });

  test('every fault of the file is said with its place, and nothing is done', async () => {
    const { orgId, slug } = await organisation();
    const bob = await opened.person();
    const { applied } = await apply({
      slug,
      members: [
        { email: bob.email, role: 'member' },
        { email: 'no address', role: 'member' },
        { email: 'c@acme.test', role: 'root' },
        { email: bob.email.toUpperCase(), role: 'viewer' },
      ],
    });
    const message = applied.ok ? '' : applied.error;
    expect(message).toContain('organisations[0].members[1].email');
    expect(message).toContain('must be an email address');
    expect(message).toContain('organisations[0].members[2].role');
    expect(await heldBy(orgId, bob.userId)).toBeUndefined();
    const twice = await apply({
      slug,
      members: [
        { email: bob.email, role: 'member' },
        { email: bob.email.toUpperCase(), role: 'viewer' },
      ],
    });
    const second = twice.applied.ok ? '' : twice.applied.error;
    expect(second).toContain('is named twice');
    expect(second).toContain('organisations[0].members[1].email');
  });
});

describe('an address alone proves nothing', () => {
  test('an account that typed a declared address gets nothing by it, not even as a member, and the operator is told', async () => {
    const { orgId, slug } = await organisation();
    await opened.person([orgId, 'owner']);
    const stranger = await unvouched(`boss-${slug}@acme.test`);
    const viewer = await unvouched(`chief-${slug}@acme.test`);
    await opened.store.people.addMember(orgId, viewer, 'viewer');
    const members = [
      { email: `boss-${slug}@acme.test`, role: 'owner' },
      { email: `chief-${slug}@acme.test`, role: 'owner' },
    ];
    const { said } = await apply({ slug, members });
    expect(said.match(/nobody vouched/g)).toHaveLength(2);
    expect([await heldBy(orgId, stranger), await heldBy(orgId, viewer)]).toEqual([undefined, 'viewer']);
  });

  test('an invitation for whoever has the link gives its own role to whatever address is typed', async () => {
    const { link, orgId, slug } = await opened.invited({ role: 'viewer' });
    await apply({ slug, members: [{ email: 'boss@declared.test', role: 'owner' }] });
    await joinAsNew(link.token, 'boss@declared.test');
    expect(await heldBy(orgId, await opened.userOf('boss@declared.test'))).toBe('viewer');
  });

  test.each<[by: Role, declared: Role, becomes: Role]>([
    ['owner', 'owner', 'owner'],
    ['admin', 'admin', 'admin'],
    ['admin', 'owner', 'viewer'],
  ])('an %s who invites a declared %s for that address makes a %s', async (by, declared, becomes) => {
    const { orgId, slug } = await organisation();
    const inviter = await opened.person([orgId, by]);
    const email = `${by}-${declared}@declared.test`;
    const { said } = await apply({ slug, members: [{ email, role: declared }] });
    expect(said).toContain(`latchkey invite ${slug} ${email}`);
    const wanted = { orgId, role: 'viewer' as const, email, days: 2 as const, by: opened.by(inviter.userId) };
    await joinAsNew(valueOf(await opened.invitations.create(wanted)).token);
    expect(await heldBy(orgId, await opened.userOf(email))).toBe(becomes);
  });

  test('an admin’s word for an address counts in the own organisation alone', async () => {
    const here = await organisation();
    const there = await organisation();
    const admin = await opened.person([here.orgId, 'owner']);
    const email = 'both@declared.test';
    const members = [{ email, role: 'owner' }];
    await apply({ slug: here.slug, members }, { slug: there.slug, members });
    const wanted = {
      orgId: here.orgId,
      role: 'viewer' as const,
      email,
      days: 2 as const,
      by: opened.by(admin.userId),
    };
    await joinAsNew(valueOf(await opened.invitations.create(wanted)).token);
    const userId = await opened.userOf(email);
    expect([await heldBy(here.orgId, userId), await heldBy(there.orgId, userId)]).toEqual([
      'owner',
      undefined,
    ]);
    // Nor at the next start.
    const { said } = await apply({ slug: here.slug, members }, { slug: there.slug, members });
    expect(said).toContain('nobody vouched');
    expect(await heldBy(there.orgId, userId)).toBeUndefined();
  });

  test('a word for one address binds nothing of another that the account has', async () => {
    const { orgId, slug } = await organisation();
    const impostor = await unvouched(`other-${slug}@declared.test`);
    await apply({ slug, members: [{ email: `other-${slug}@declared.test`, role: 'owner' }] });
    await opened.store.transaction((queries) =>
      bindDeclared(queries, opened.clock, {
        userId: impostor,
        email: `own-${slug}@declared.test`,
        mayBind: () => true,
      }),
    );
    expect(await heldBy(orgId, impostor)).toBeUndefined();
  });

  test('the operator’s word counts everywhere', async () => {
    const [here, there] = [await organisation(), await organisation()];
    const email = 'everywhere@declared.test';
    const members = [{ email, role: 'admin' }];
    await apply({ slug: here.slug, members }, { slug: there.slug, members });
    const wanted = { orgId: here.orgId, role: 'viewer' as const, email, days: 2 as const };
    await joinAsNew(valueOf(await opened.invitations.create(wanted)).token);
    const userId = await opened.userOf(email);
    expect([await heldBy(here.orgId, userId), await heldBy(there.orgId, userId)]).toEqual(['admin', 'admin']);
    expect((await apply({ slug: here.slug, members }, { slug: there.slug, members })).said).toBe('');
  });
});

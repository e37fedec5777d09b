import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/kernel/secret.ts';
import { createSetup, type SetupForm } from '../../src/people/setup.ts';
import { dumpOf, openPeople, PASSWORD, racedBehind, valueOf } from './open-people.ts';

type Opened = Awaited<ReturnType<typeof openPeople>>;

let opened: Opened;
beforeEach(async () => {
  opened = await openPeople();
});
afterEach(() => opened.close());

const FORM: SetupForm = {
  token: '',
  email: 'owner@acme.test',
  name: 'Ada',
  password: PASSWORD,
  organisationName: 'Acme Video',
  slug: '',
};

async function newToken(): Promise<string> {
  const prepared = await opened.setup.prepareSetup();
  if (prepared === undefined) throw new Error('set-up is closed');
  return prepared.token;
}

/** Each on a node of its own, with a form of its own, all at the same moment. */
function race(tokens: string[]) {
  const work = tokens.map((token, i) => () => {
    const form = { ...FORM, token, email: `owner-${i}@acme.test`, slug: `acme-${i}` };
    return createSetup({ store: opened.store }).completeSetup(form);
  });
  return racedBehind(opened.store, 'organisations', work);
}

async function counts() {
  const { rows } = await opened.store.pool.query<Record<string, number>>(
    `select (select count(*)::int from users) as users, (select count(*)::int from credentials) as credentials,
            (select count(*)::int from organisations) as organisations, (select count(*)::int from memberships) as memberships`,
  );
  return rows[0];
}

const NOTHING = { users: 0, credentials: 0, organisations: 0, memberships: 0 };
const ONE_OF_EACH = { users: 1, credentials: 1, organisations: 1, memberships: 1 };

describe('set-up', () => {
  test('makes the first user owner of the first organisation, and then is over', async () => {
    const token = await newToken();
    expect(await opened.setup.isOpen()).toBe(true);
    const done = valueOf(await opened.setup.completeSetup({ ...FORM, token }));
    expect(done.slug).toBe('acme-video');
    expect(await opened.store.people.roleOf(done.orgId, done.userId)).toBe('owner');
    expect(
      (await opened.people.signIn({ email: FORM.email, password: PASSWORD, headers: new Headers() })).ok,
    ).toBe(true);

    expect(await opened.setup.isOpen()).toBe(false);
    expect(await opened.setup.tokenIsGood(token)).toBe(false);
    expect(await opened.setup.prepareSetup()).toBeUndefined();
    expect(await opened.setup.completeSetup({ ...FORM, token, email: 'b@acme.test' })).toEqual({
      ok: false,
      error: { reason: 'already_done' },
    });
    expect(await counts()).toEqual(ONE_OF_EACH);
  });

  test('raced by two completions with one token has one organisation and one owner', async () => {
    const token = await newToken();
    const results = await race([token, token, token]);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(await counts()).toEqual(ONE_OF_EACH);
  });

  test('raced with two tokens, as two nodes that start together could print, has one owner all the same', async () => {
    const first = await newToken();
    const second = await newToken();
    // As if both had been stored: the second node prepared before the first one's token was visible.
    await opened.store.pool.query('insert into setup_tokens (token_hash) values ($1)', [hashSecret(first)]);
    const results = await race([first, second]);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(await counts()).toEqual(ONE_OF_EACH);
  });

  test('is closed to a wrong, an empty and an outdated token', async () => {
    const outdated = await newToken();
    await newToken();
    for (const token of ['', 'wrong', outdated, `${outdated}x`]) {
      const refused = await opened.setup.completeSetup({ ...FORM, token });
      expect(refused).toEqual({ ok: false, error: { reason: 'token_wrong' } });
    }
    expect(await counts()).toEqual(NOTHING);
  });

  test('tells every fault of the form at once, leaves nothing behind, and the token is still good', async () => {
    const token = await newToken();
    const faulty = { ...FORM, token, email: 'nobody', password: 'short', organisationName: ' ', slug: 'mcp' };
    expect(await opened.setup.completeSetup(faulty)).toEqual({
      ok: false,
      error: {
        reason: 'form_invalid',
        faults: ['email_invalid', 'password_too_short', 'organisation_name_missing', 'slug_reserved'],
      },
    });
    expect(await counts()).toEqual(NOTHING);
    expect((await opened.setup.completeSetup({ ...FORM, token })).ok).toBe(true);
  });

  test.each(['Ac me/../x', '../evil', 'mcp', 'A', 'acme\n'])(
    'does not take %j as the short name, and leaves nothing behind',
    async (slug) => {
      const token = await newToken();
      const refused = await opened.setup.completeSetup({ ...FORM, token, slug });
      expect(refused).toMatchObject({ error: { reason: 'form_invalid' } });
      expect(await counts()).toEqual(NOTHING);
      expect(await opened.setup.tokenIsGood(token)).toBe(true);
    },
  );

  test('gives what the operator declared before to the first account, the named organisation among them', async () => {
    const token = await newToken();
    const declared = { name: 'Declared', tokenMode: 'key' } as const;
    const named = valueOf(await opened.people.createOrganisation({ ...declared, slug: 'acme-video' }));
    const other = valueOf(await opened.people.createOrganisation({ ...declared, slug: 'other' }));
    const done = valueOf(await opened.setup.completeSetup({ ...FORM, token }));
    expect(done).toMatchObject({ orgId: named.orgId, slug: 'acme-video' });
    expect(await counts()).toMatchObject({ users: 1, organisations: 2 });
    for (const { orgId } of [named, other]) {
      expect(await opened.store.people.roleOf(orgId, done.userId)).toBe('owner');
    }
  });

  test('asks for a short name where the name has no letters for one', async () => {
    const token = await newToken();
    expect(await opened.setup.completeSetup({ ...FORM, token, organisationName: '株式会社' })).toEqual({
      ok: false,
      error: { reason: 'form_invalid', faults: ['slug_needed'] },
    });
  });

  test('stores neither the token nor the password as they are', async () => {
    const token = await newToken();
    expect(await dumpOf(opened.store)).not.toContain(token);
    await opened.setup.completeSetup({ ...FORM, token });
    const dump = await dumpOf(opened.store);
    expect(dump).toContain(FORM.email);
    expect(dump).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(dump).not.toContain(token);
    expect(dump).not.toContain(PASSWORD);
  });
});

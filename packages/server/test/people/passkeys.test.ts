import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import { enrol, sessionOf } from './enrol.ts';
import { cookieHeader, openPeople, PASSWORD, valueOf } from './open-people.ts';

const ORIGIN = 'http://localhost:4747';
const BROWSER = 'the hash of a browser';
const HALF_AN_HOUR_MS = 30 * 60_000;

let opened: Awaited<ReturnType<typeof openPeople>>;
let count = 0;
beforeAll(async () => {
  opened = await openPeople(ORIGIN);
});
afterAll(() => opened.close());

async function person() {
  const email = `passkey-${++count}@acme.test`;
  const { userId } = valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
  return { email, userId, session: await sessionOf(opened, email) };
}

type Someone = Awaited<ReturnType<typeof person>>;
type Answer = ReturnType<Authenticator['register']>;

const optionsFor = ({ session }: Someone) => opened.accounts.passkeys.registrationOptions(session);
const register = ({ session }: Someone, response: Answer, name = 'My laptop') =>
  opened.accounts.passkeys.register(session, { name, response: response as never });

async function withPasskey() {
  const owner = await person();
  const authenticator = createAuthenticator({ origin: ORIGIN });
  const { id } = valueOf(await register(owner, authenticator.register(await optionsFor(owner))));
  return { ...owner, authenticator, id };
}

const challenge = (browser = BROWSER) => opened.accounts.passkeySignInOptions(browser);

async function signIn(response: unknown, browser = BROWSER) {
  const signedIn = await opened.accounts.signInByPasskey({
    response: response as never,
    browser,
    headers: new Headers(),
  });
  return signedIn.ok ? 'ok' : signedIn.error.reason;
}

describe('signing in by a passkey', () => {
  test('opens a session that says so, also for who has a second factor: it is two in one', async () => {
    const { authenticator, email, userId } = await withPasskey();
    await enrol(opened, { email, userId });
    const signedIn = valueOf(
      await opened.accounts.signInByPasskey({
        response: authenticator.sign(await challenge()) as never,
        browser: BROWSER,
        headers: new Headers(),
      }),
    );
    expect(signedIn.step).toBe('done');
    expect(await opened.people.currentUser(cookieHeader(signedIn.setCookies))).toMatchObject({
      userId,
      amr: ['webauthn'],
      isRecent: true,
    });
    const [passkey] = await opened.accounts.passkeys.list(userId);
    expect(passkey).toMatchObject({ name: 'My laptop', counter: 1, lastUsedAt: expect.any(Date) });
  });

  test('asks for a passkey that the device keeps and unlocks, and names no account', async () => {
    const owner = await withPasskey();
    expect(await challenge()).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect((await challenge()).allowCredentials ?? []).toEqual([]);
    expect((await optionsFor(owner)).authenticatorSelection).toMatchObject({
      residentKey: 'required',
      userVerification: 'required',
    });
    expect((await optionsFor(owner)).excludeCredentials).toMatchObject([{ id: owner.id }]);
  });

  test.each<[string, Parameters<Authenticator['sign']>[1]]>([
    ['a foreign origin', { at: 'https://evil.test' }],
    ['another port of the host', { at: 'http://localhost:4748' }],
    ['a foreign host', { rpId: 'evil.test' }],
    ['a device that did not ask who is there', { verified: false }],
    ["another's name", { userHandle: Buffer.from('usr_somebody').toString('base64url') }],
    ['a passkey that nobody has', { id: Buffer.from('unknown').toString('base64url') }],
    ['an empty name', { userHandle: '' }],
  ])('is refused with %s', async (_what, attack) => {
    const { authenticator } = await withPasskey();
    expect(await signIn(authenticator.sign(await challenge(), attack))).toBe('refused');
    expect(await signIn(authenticator.sign(await challenge()))).toBe('ok');
  });

  test('is refused with a challenge that was used, of another browser, too old, or not ours', async () => {
    const { authenticator } = await withPasskey();
    const used = await challenge();
    expect(await signIn(authenticator.sign(used))).toBe('ok');
    expect(await signIn(authenticator.sign(used))).toBe('refused');
    expect(await signIn(authenticator.sign(await challenge('another browser')))).toBe('refused');
    const made = { ...used, challenge: Buffer.from('x.9999999999.y').toString('base64url') };
    expect(await signIn(authenticator.sign(made))).toBe('refused');
    const old = await challenge();
    opened.pass(HALF_AN_HOUR_MS);
    expect(await signIn(authenticator.sign(old))).toBe('refused');
  });

  test('is accepted once of many that come with one challenge at the same moment', async () => {
    const { authenticator } = await withPasskey();
    const options = await challenge();
    const answers = [1, 2, 3].map(() => authenticator.sign(options));
    const results = await Promise.all(answers.map((answer) => signIn(answer)));
    expect(results.toSorted()).toEqual(['ok', 'refused', 'refused']);
  });

  test('is refused when the counter goes back or stands still, for then there is a copy, and that is on record', async () => {
    const { authenticator, userId } = await withPasskey();
    expect(await signIn(authenticator.sign(await challenge(), { counter: 7 }))).toBe('ok');
    for (const counter of [7, 6, 0])
      expect(await signIn(authenticator.sign(await challenge(), { counter }))).toBe('refused');
    expect(await signIn(authenticator.sign(await challenge(), { counter: 8 }))).toBe('ok');
    const { rows } = await opened.store.pool.query<{ action: string; outcome: string }>(
      `select action, outcome from audit_events where target = $1 and action = 'account.passkey_used'`,
      [userId],
    );
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['refused']));
  });

  test('does not mind a passkey that never counts', async () => {
    const { authenticator } = await withPasskey();
    for (const counter of [0, 0])
      expect(await signIn(authenticator.sign(await challenge(), { counter }))).toBe('ok');
  });

  test("is refused with a signature of another's device under one's own id", async () => {
    const [ours, theirs] = [await withPasskey(), await withPasskey()];
    const forged = theirs.authenticator.sign(await challenge(), {
      id: ours.id,
      userHandle: Buffer.from(ours.userId).toString('base64url'),
    });
    expect(await signIn(forged)).toBe('refused');
  });

  test('is refused to who is disabled, and with a passkey that was removed', async () => {
    const removed = await withPasskey();
    expect(await opened.accounts.passkeys.remove(removed, removed.id)).toBe(true);
    expect(await signIn(removed.authenticator.sign(await challenge()))).toBe('refused');
    const disabled = await withPasskey();
    await opened.store.people.setDisabled(disabled.userId, true);
    expect(await signIn(disabled.authenticator.sign(await challenge()))).toBe('refused');
  });
});

describe('making a passkey', () => {
  test.each<[string, Parameters<Authenticator['register']>[1]]>([
    ['a foreign origin', { at: 'https://evil.test' }],
    ['a device that did not ask who is there', { verified: false }],
  ])('is refused with %s', async (_what, attack) => {
    const owner = await person();
    const authenticator = createAuthenticator({ origin: ORIGIN });
    const answer = authenticator.register(await optionsFor(owner), attack);
    expect(await register(owner, answer)).toEqual({ ok: false, error: 'refused' });
  });

  test('is refused with a challenge of another person, another session, or for signing in', async () => {
    const [ours, theirs] = [await person(), await person()];
    const again = { ...ours, session: await sessionOf(opened, ours.email) };
    const authenticator = createAuthenticator({ origin: ORIGIN });
    for (const options of [await optionsFor(theirs), await optionsFor(again)])
      expect(await register(ours, authenticator.register(options))).toEqual({ ok: false, error: 'refused' });
    const toSignIn = { ...(await challenge()), rp: { id: 'localhost' }, user: { id: '' } };
    expect(await register(ours, authenticator.register(toSignIn))).toEqual({ ok: false, error: 'refused' });
  });

  test('happens once per challenge, and a passkey is of one person alone', async () => {
    const [ours, theirs] = [await person(), await person()];
    const authenticator = createAuthenticator({ origin: ORIGIN });
    const options = await optionsFor(ours);
    const results = await Promise.all([1, 2].map(() => register(ours, authenticator.register(options))));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    const taken = authenticator.register(await optionsFor(theirs));
    expect(await register(theirs, taken)).toEqual({ ok: false, error: 'known_already' });
  });

  test('is renamed and removed by its owner alone, and what is done is in the trail by name', async () => {
    const [ours, theirs] = [await withPasskey(), await withPasskey()];
    const { passkeys } = opened.accounts;
    expect(await passkeys.rename(theirs, ours.id, 'Mine now')).toBe(false);
    expect(await passkeys.remove(theirs, ours.id)).toBe(false);
    expect(await passkeys.rename(ours, ours.id, 'Old laptop')).toBe(true);
    expect(await passkeys.remove(ours, ours.id)).toBe(true);
    const { rows } = await opened.store.pool.query<{ action: string; detail: unknown }>(
      'select action, detail from audit_events where target = $1 order by id',
      [ours.userId],
    );
    expect(rows).toEqual([
      { action: 'account.passkey_added', detail: { name: 'My laptop' } },
      { action: 'account.passkey_renamed', detail: { name: 'Old laptop' } },
      { action: 'account.passkey_removed', detail: { name: 'Old laptop' } },
    ]);
  });
});

describe('confirming by a passkey', () => {
  test("takes the person's own in this session, and no other", async () => {
    const [ours, theirs] = [await withPasskey(), await withPasskey()];
    const { accounts } = opened;
    const options = () => accounts.passkeyConfirmOptions(ours.session);
    const prove = (passkey: unknown) => accounts.confirm(ours.session, { passkey: passkey as never });
    const refused = { ok: false, error: { reason: 'passkey_refused' } };
    expect(await prove(theirs.authenticator.sign(await options()))).toEqual(refused);
    expect(await prove(ours.authenticator.sign(await challenge()))).toEqual(refused);
    const elsewhere = await sessionOf(opened, ours.email);
    const foreign = await accounts.passkeyConfirmOptions(elsewhere);
    expect(await prove(ours.authenticator.sign(foreign))).toEqual(refused);
    expect(await prove(ours.authenticator.sign(await options()))).toEqual({ ok: true, value: undefined });
  });
});

test('at an address of numbers there are no passkeys', async () => {
  const numbers = await openPeople('http://127.0.0.1:4747');
  expect(numbers.accounts.passkeys.isAvailable).toBe(false);
  expect(opened.accounts.passkeys.isAvailable).toBe(true);
  await numbers.close();
});

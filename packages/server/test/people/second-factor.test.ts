import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RequestId } from '../../src/kernel/ids.ts';
import { createAccounts } from '../../src/people/accounts.ts';
import { createPasswordResets } from '../../src/people/password-resets.ts';
import { BACKUP_CODES } from '../../src/people/two-factor/backup-codes.ts';
import { findSecondFactor } from '../../src/people/two-factor/shown-factor.ts';
import { rotateSecret } from '../../src/rotate-secret.ts';
import { holdPerson } from '../support/hold-person.ts';
import { untilBlocked } from '../support/until-blocked.ts';
import { codeOf, enrol, sessionOf } from './enrol.ts';
import { cookieHeader, dumpOf, openPeople, PASSWORD, valueOf } from './open-people.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let opened: Awaited<ReturnType<typeof openPeople>>;
let count = 0;
beforeAll(async () => {
  opened = await openPeople();
});
afterAll(() => opened.close());

async function enrolled() {
  const email = `second-${++count}@acme.test`;
  const { userId } = valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
  return { email, userId, ...(await enrol(opened, { email, userId })) };
}

const requestId = 'req_test' as RequestId;

/** The password alone: what the browser has after it. */
async function passwordOf(email: string, headers = new Headers()) {
  const begun = valueOf(await opened.people.signIn({ email, password: PASSWORD, headers }));
  return { ...begun, headers: cookieHeader(begun.setCookies) };
}

const finish = (headers: Headers, code: string, remember = false) =>
  opened.accounts.finishSignIn({ code, remember, headers });

const reasonOf = (result: { ok: boolean; error?: { reason: string } }) =>
  result.ok ? 'ok' : result.error?.reason;

describe('a sign-in with a second factor', () => {
  test('has no session after the password, and one that says both after the code', async () => {
    const { code, email, userId } = await enrolled();
    const begun = await passwordOf(email);
    expect(begun.step).toBe('second_factor');
    expect(begun.setCookies.join()).not.toContain('latchkey_session');
    expect(await opened.people.currentUser(begun.headers)).toBeUndefined();

    const finished = valueOf(await finish(begun.headers, code()));
    expect(await opened.people.currentUser(cookieHeader(finished.setCookies))).toMatchObject({
      userId,
      amr: ['pwd', 'otp'],
      isRecent: true,
    });
  });

  test('takes each code once, also of two browsers that send it at the same moment', async () => {
    const { code, email } = await enrolled();
    const browsers = [await passwordOf(email), await passwordOf(email), await passwordOf(email)];
    const now = code();
    const results = await Promise.all(browsers.map(({ headers }) => finish(headers, now)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((one) => reasonOf(one) === 'wrong_code')).toHaveLength(2);
    expect(reasonOf(await finish((await passwordOf(email)).headers, now))).toBe('wrong_code');
  });

  test('takes no code of a step before the last one that was taken', async () => {
    const { code, email } = await enrolled();
    expect(reasonOf(await finish((await passwordOf(email)).headers, code(1)))).toBe('ok');
    expect(reasonOf(await finish((await passwordOf(email)).headers, code(0)))).toBe('wrong_code');
  });

  test('takes each backup code once, as it was copied from paper', async () => {
    const { backupCodes, email } = await enrolled();
    expect(backupCodes).toHaveLength(BACKUP_CODES);
    const [first = ''] = backupCodes;
    const typed = ` ${first.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O')} `;
    const browsers = [await passwordOf(email), await passwordOf(email)];
    const results = await Promise.all(browsers.map(({ headers }) => finish(headers, typed)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(reasonOf(await finish((await passwordOf(email)).headers, first))).toBe('wrong_code');
  });

  test("takes neither another person's code nor their backup codes", async () => {
    const [ours, theirs] = [await enrolled(), await enrolled()];
    const { headers } = await passwordOf(ours.email);
    expect(reasonOf(await finish(headers, theirs.code()))).toBe('wrong_code');
    expect(reasonOf(await finish(headers, theirs.backupCodes[0] ?? ''))).toBe('wrong_code');
  });

  test('is over in another browser, after five minutes, and once it is finished', async () => {
    const { code, backupCodes, email } = await enrolled();
    expect(reasonOf(await finish(new Headers(), code()))).toBe('over');
    const forged = new Headers({ cookie: `latchkey_second_factor=${'x'.repeat(43)}` });
    expect(reasonOf(await finish(forged, code()))).toBe('over');
    const late = await passwordOf(email);
    opened.pass(5 * MINUTE_MS);
    expect(reasonOf(await finish(late.headers, code()))).toBe('over');
    const once = await passwordOf(email);
    expect(reasonOf(await finish(once.headers, backupCodes[0] ?? ''))).toBe('ok');
    expect(reasonOf(await finish(once.headers, backupCodes[1] ?? ''))).toBe('over');
  });

  test('is over for good by a password reset that comes while it is being finished', async () => {
    const { code, email, userId } = await enrolled();
    const { headers } = await passwordOf(email);
    const resets = createPasswordResets(opened);
    const { token } = valueOf(await resets.createForOperator(userId));
    const person = await holdPerson(opened.store, userId);
    onTestFinished(person.letGo);
    const finishing = finish(headers, code(), true);
    await untilBlocked(opened.store, 1);
    const resetting = resets.use({ token, password: 'another horse battery', requestId });
    await untilBlocked(opened.store, 2);
    await person.letGo();
    expect((await resetting).ok).toBe(true);
    const cookies = cookieHeader(valueOf(await finishing).setCookies);
    expect(await opened.people.currentUser(cookies)).toBeUndefined();
    const again = await opened.people.signIn({ email, password: 'another horse battery', headers: cookies });
    expect(again).toMatchObject({ ok: true, value: { step: 'second_factor' } });
  });

  test('ends with its user disabled in between', async () => {
    const { code, email, userId } = await enrolled();
    const { headers } = await passwordOf(email);
    await opened.store.people.setDisabled(userId, true);
    expect(reasonOf(await finish(headers, code()))).toBe('over');
  });
});

describe('guessing', () => {
  test('is over after five attempts, in whatever browser and on whatever node; the right code waits too', async () => {
    const { code, email } = await enrolled();
    const guesses = await Promise.all(
      Array.from({ length: 12 }, async () => finish((await passwordOf(email)).headers, '000000')),
    );
    const reasons = guesses.map(reasonOf);
    expect(reasons.filter((reason) => reason === 'wrong_code')).toHaveLength(5);
    expect(reasons.filter((reason) => reason === 'too_many')).toHaveLength(7);
    const right = await finish((await passwordOf(email)).headers, code());
    expect(right).toMatchObject({ ok: false, error: { reason: 'too_many' } });
    opened.pass(MINUTE_MS);
    expect(reasonOf(await finish((await passwordOf(email)).headers, code()))).toBe('ok');
  });

  test('waits twice as long each time, up to an hour', async () => {
    const { email } = await enrolled();
    const waits: number[] = [];
    for (let guess = 0; guess < 13; guess += 1) {
      const { headers } = await passwordOf(email);
      await finish(headers, '000000');
      const next = await finish(headers, '000000');
      if (next.ok || next.error.reason !== 'too_many') continue;
      waits.push(Math.ceil(next.error.retryAfterSeconds / 60));
      opened.pass(next.error.retryAfterSeconds * 1000);
    }
    expect(waits.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });
});

describe('a browser that is remembered', () => {
  test('is asked again after thirty days, or for another person', async () => {
    const { code, email } = await enrolled();
    const other = await enrolled();
    const finished = valueOf(await finish((await passwordOf(email)).headers, code(), true));
    const browser = cookieHeader(finished.setCookies);
    expect((await passwordOf(email, browser)).step).toBe('done');
    expect((await passwordOf(other.email, browser)).step).toBe('second_factor');
    opened.pass(30 * DAY_MS);
    expect((await passwordOf(email, browser)).step).toBe('second_factor');
  });

  test('is forgotten when the second factor is turned off and on again, and with the password', async () => {
    const { code, email, userId } = await enrolled();
    const finished = valueOf(await finish((await passwordOf(email)).headers, code(), true));
    const browser = cookieHeader(finished.setCookies);
    expect(await opened.accounts.secondFactor.disable({ userId })).toBe(true);
    const again = await enrol(opened, { email, userId });
    expect((await passwordOf(email, browser)).step).toBe('second_factor');
    const second = valueOf(await finish((await passwordOf(email)).headers, again.code(), true));
    const remembered = cookieHeader(second.setCookies);
    const user = await opened.people.currentUser(remembered);
    if (user === undefined) throw new Error('not signed in');
    const session = { ...user, requestId: 'req_x' as never };
    valueOf(await opened.accounts.changePassword(session, { current: PASSWORD, next: `${PASSWORD}!` }));
    const later = await opened.people.signIn({ email, password: `${PASSWORD}!`, headers: remembered });
    expect(valueOf(later).step).toBe('second_factor');
  });

  test('has sessions that count as shown, unlike one that began before it was turned on', async () => {
    const email = `second-${++count}@acme.test`;
    const { userId } = valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
    const before = await sessionOf(opened, email);
    opened.pass(MINUTE_MS);
    const { code } = await enrol(opened, { email, userId });
    const finished = valueOf(await finish((await passwordOf(email)).headers, code(), true));
    opened.pass(MINUTE_MS);
    const begun = await passwordOf(email, cookieHeader(finished.setCookies));
    const remembered = await opened.people.currentUser(begun.headers);
    if (remembered === undefined) throw new Error('not signed in');
    expect(await findSecondFactor(opened.store, remembered)).toBe('shown');
    expect(await findSecondFactor(opened.store, before)).toBe('not_shown');
  });

  test('is not asked at sign-in, and has to show the second factor before anything dangerous', async () => {
    const { code, email } = await enrolled();
    const finished = valueOf(await finish((await passwordOf(email)).headers, code(), true));
    const begun = await passwordOf(email, cookieHeader(finished.setCookies));
    const user = await opened.people.currentUser(begun.headers);
    expect(user).toMatchObject({ amr: ['pwd'], isRecent: false });
    if (user === undefined) throw new Error('not signed in');
    opened.pass(MINUTE_MS);
    valueOf(await opened.accounts.confirm({ ...user, requestId: 'req_x' as never }, { code: code() }));
    expect(await opened.people.currentUser(begun.headers)).toMatchObject({ isRecent: true });
  });

  test('is one only if that was asked for', async () => {
    const { code, email } = await enrolled();
    const finished = valueOf(await finish((await passwordOf(email)).headers, code()));
    expect(finished.setCookies.join()).not.toContain('latchkey_remembered');
  });
});

describe('turning it on', () => {
  test('counts for nothing before a right code, which is then used up', async () => {
    const email = `second-${++count}@acme.test`;
    const { userId } = valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
    const { secondFactor } = opened.accounts;
    const { secret, uri } = valueOf(await secondFactor.begin({ userId, email }));
    expect(uri).toContain(secret);
    expect((await passwordOf(email)).step).toBe('done');
    expect(reasonOf(await secondFactor.confirm({ userId }, '000000'))).toBe('wrong_code');
    expect((await secondFactor.stateOf(userId)).isOn).toBe(false);
    const code = codeOf(secret, opened.clock.nowMs());
    expect(reasonOf(await secondFactor.confirm({ userId }, code))).toBe('ok');
    expect((await secondFactor.stateOf(userId)).backupCodesLeft).toBe(BACKUP_CODES);
    expect(reasonOf(await finish((await passwordOf(email)).headers, code))).toBe('wrong_code');
  });

  test('asks a sign-in for it that gave the password while it was being turned on', async () => {
    const email = `second-${++count}@acme.test`;
    const { userId } = valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
    const { secondFactor } = opened.accounts;
    const { secret } = valueOf(await secondFactor.begin({ userId, email }));
    const session = await sessionOf(opened, email);
    const holder = await opened.store.pool.connect();
    onTestFinished(() => holder.release());
    await holder.query('begin');
    await holder.query('select from sessions where id = $1 for update', [session.sessionId]);
    const turningOn = secondFactor.confirm(session, codeOf(secret, opened.clock.nowMs()));
    await untilBlocked(opened.store, 1);
    const signingIn = passwordOf(email);
    await Promise.race([signingIn, untilBlocked(opened.store, 2)]);
    await holder.query('commit');
    expect(reasonOf(await turningOn)).toBe('ok');
    expect((await signingIn).step).toBe('second_factor');
  });

  test('again is refused while it is on, so that no session can put its own app in place of it', async () => {
    const { code, email, userId } = await enrolled();
    const { secondFactor } = opened.accounts;
    expect(await secondFactor.begin({ userId, email })).toMatchObject({ error: { reason: 'already_on' } });
    expect(reasonOf(await secondFactor.confirm({ userId }, code()))).toBe('not_begun');
    expect(reasonOf(await finish((await passwordOf(email)).headers, code()))).toBe('ok');
  });

  test('gives codes that end those before', async () => {
    const { backupCodes, email, userId } = await enrolled();
    const fresh = valueOf(await opened.accounts.secondFactor.replaceBackupCodes({ userId }));
    expect(reasonOf(await finish((await passwordOf(email)).headers, backupCodes[0] ?? ''))).toBe(
      'wrong_code',
    );
    expect(reasonOf(await finish((await passwordOf(email)).headers, fresh.backupCodes[0] ?? ''))).toBe('ok');
  });
});

test('the database holds neither the secret nor a code nor a cookie, and the trail names each act', async () => {
  const { backupCodes, code, email, secret, userId } = await enrolled();
  const begun = await passwordOf(email);
  const finished = valueOf(await finish(begun.headers, code(), true));
  const used = backupCodes[0] ?? '';
  valueOf(await finish((await passwordOf(email)).headers, used));
  const cookies = [...begun.setCookies, ...finished.setCookies].map(
    (line) => line.split(';')[0]?.split('=')[1]?.split('.')[0] ?? '',
  );
  const dump = await dumpOf(opened.store);
  expect(dump).toContain(email);
  const bare = used.replaceAll('-', '');
  for (const value of [secret, used, bare, ...cookies].filter((text) => text !== ''))
    expect(dump).not.toContain(value);
  const { secondFactor } = opened.accounts;
  valueOf(await secondFactor.replaceBackupCodes({ userId }));
  await secondFactor.forgetBrowsers({ userId });
  expect([await secondFactor.disable({ userId }), await secondFactor.disable({ userId })]).toEqual([
    true,
    false,
  ]);
  const { rows } = await opened.store.pool.query<{ action: string }>(
    'select action from audit_events where actor_id = $1 order by id',
    [userId],
  );
  expect(rows.map(({ action }) => action)).toEqual([
    'account.two_factor_enabled',
    'account.backup_code_used',
    'account.backup_codes_replaced',
    'account.browsers_forgotten',
    'account.two_factor_disabled',
  ]);
});

test('outlives a change of the master secret', async () => {
  const { clock, people, store } = opened;
  const under = (masterSecret: string) =>
    createAccounts({ store, people, clock, baseUrl: 'http://localhost:4747', masterSecret });
  const [previous, next] = ['p'.repeat(43), 'n'.repeat(43)];
  await store.pool.query('delete from totp_factors');
  const email = `second-${++count}@acme.test`;
  const { userId } = valueOf(await people.createUser({ email, name: 'Ada', password: PASSWORD }));
  const { code } = await enrol({ people, clock, accounts: under(previous) }, { email, userId });
  expect(await rotateSecret(store, { clock, previous, next })).toEqual({ resealed: 1 });
  expect(await under(next).secondFactor.verify(userId, code())).toEqual({ ok: true, value: 'totp' });
  await expect(under(previous).secondFactor.verify(userId, code(1))).rejects.toThrow(/authenticate data/);
});

test('turned off, it leaves no code and no browser that is remembered', async () => {
  const { code, email, userId } = await enrolled();
  valueOf(await finish((await passwordOf(email)).headers, code(), true));
  const { secondFactor } = opened.accounts;
  expect(await secondFactor.stateOf(userId)).toMatchObject({
    isOn: true,
    backupCodesLeft: BACKUP_CODES,
    rememberedBrowsers: 1,
  });
  expect(await secondFactor.disable({ userId })).toBe(true);
  expect(reasonOf(await secondFactor.replaceBackupCodes({ userId }))).toBe('not_on');
  expect(await secondFactor.stateOf(userId)).toEqual({
    isOn: false,
    since: null,
    backupCodesLeft: 0,
    rememberedBrowsers: 0,
  });
});

describe('confirming in a session', () => {
  test('with a second factor takes its code and not the password: who stole both cannot turn it off', async () => {
    const { code, email, userId } = await enrolled();
    const finished = valueOf(await finish((await passwordOf(email)).headers, code()));
    const cookie = cookieHeader(finished.setCookies);
    opened.pass(10 * MINUTE_MS);
    const stale = await opened.people.currentUser(cookie);
    expect(stale).toMatchObject({ userId, isRecent: false });
    if (stale === undefined) throw new Error('not signed in');
    const session = { ...stale, requestId: 'req_x' as never };
    const { accounts } = opened;
    expect(await accounts.confirmMethods(stale)).toEqual({ password: false, code: true, passkey: false });
    expect(reasonOf(await accounts.confirm(session, { password: PASSWORD }))).toBe('wrong_password');
    expect((await opened.people.currentUser(cookie))?.isRecent).toBe(false);
    expect(reasonOf(await accounts.confirm(session, { code: code() }))).toBe('ok');
    expect((await opened.people.currentUser(cookie))?.isRecent).toBe(true);
  });

  test('by the password holds for this session alone, and for ten minutes', async () => {
    const email = `second-${++count}@acme.test`;
    valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
    const [one, other] = [await sessionOf(opened, email), await sessionOf(opened, email)];
    opened.pass(10 * MINUTE_MS);
    expect(reasonOf(await opened.accounts.confirm(one, { password: 'not the password' }))).toBe(
      'wrong_password',
    );
    expect(reasonOf(await opened.accounts.confirm(one, { password: PASSWORD }))).toBe('ok');
    const recent = async ({ cookie }: { cookie: string }) =>
      (await opened.people.currentUser(new Headers({ cookie })))?.isRecent;
    expect([await recent(one), await recent(other)]).toEqual([true, false]);
    opened.pass(10 * MINUTE_MS);
    expect(await recent(one)).toBe(false);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashPassword } from '../../src/people/password.ts';
import { untilBlocked } from '../support/until-blocked.ts';
import { enrol, sessionOf } from './enrol.ts';
import { cookieHeader, dumpOf, openPeople, PASSWORD, valueOf } from './open-people.ts';

type Opened = Awaited<ReturnType<typeof openPeople>>;

let opened: Opened;
let count = 0;
beforeAll(async () => {
  opened = await openPeople();
});
afterAll(() => opened.close());

async function newUser() {
  const email = `user-${++count}@acme.test`;
  const { userId } = valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
  return { email, userId };
}

async function signIn(email: string, headers = new Headers()) {
  return valueOf(await opened.people.signIn({ email, password: PASSWORD, headers }));
}

describe('a session', () => {
  test('is opened by address and password, and tells who is signed in', async () => {
    const { email, userId } = await newUser();
    const { setCookies, userId: signedIn } = await signIn(email.toUpperCase());
    expect(signedIn).toBe(userId);
    expect(await opened.people.currentUser(cookieHeader(setCookies))).toMatchObject({
      userId,
      email,
      name: 'Ada',
      sessionId: expect.any(String),
      signedInAtMs: expect.any(Number),
    });
  });

  test('ends at sign-out, also for whoever copied the cookie', async () => {
    const { setCookies } = await signIn((await newUser()).email);
    const { setCookies: cleared } = await opened.people.signOut(cookieHeader(setCookies));
    expect(cleared).toHaveLength(1);
    expect(cleared[0]).toMatch(/^latchkey_session=;.*Max-Age=0/);
    expect(await opened.people.currentUser(cookieHeader(setCookies))).toBeUndefined();
  });

  test('ends a week after it began, however often it was used', async () => {
    const { setCookies } = await signIn((await newUser()).email);
    const cookie = cookieHeader(setCookies);
    opened.pass(7 * 24 * 3600 * 1000 - 60_000);
    expect(await opened.people.currentUser(cookie)).toBeDefined();
    opened.pass(60_000);
    expect(await opened.people.currentUser(cookie)).toBeUndefined();
    opened.pass(-7 * 24 * 3600 * 1000);
  });

  test('is of no use to who is disabled, and none begins that was asked for before', async () => {
    const { email, userId } = await newUser();
    const { setCookies } = await signIn(email);
    const operator = await opened.store.pool.connect();
    try {
      await operator.query('begin');
      await operator.query('update users set disabled_at = now() where id = $1', [userId]);
      const late = opened.people.signIn({ email, password: PASSWORD, headers: new Headers() });
      await untilBlocked(opened.store, 1);
      await operator.query('commit');
      expect(await late).toEqual({ ok: false, error: { reason: 'wrong_credentials' } });
    } finally {
      operator.release();
    }
    expect(await opened.people.currentUser(cookieHeader(setCookies))).toBeUndefined();
  });

  test('ends with its user', async () => {
    const { email, userId } = await newUser();
    const { setCookies } = await signIn(email);
    await opened.store.pool.query('delete from users where id = $1', [userId]);
    expect(await opened.people.currentUser(cookieHeader(setCookies))).toBeUndefined();
  });

  test('planted before sign-in is not the one that sign-in opens, and is dead afterwards (session fixation)', async () => {
    const { email, userId } = await newUser();
    const planted = await signIn((await newUser()).email);
    const own = await signIn(email, cookieHeader(planted.setCookies));
    expect(own.setCookies).not.toEqual(planted.setCookies);
    expect(await opened.people.currentUser(cookieHeader(planted.setCookies))).toBeUndefined();
    expect(await opened.people.currentUser(cookieHeader(own.setCookies))).toMatchObject({ userId });
  });

  test.each([
    ['no cookie', ''],
    ['a made-up token', 'latchkey_session=abc.def'],
    ['an unsigned token', 'latchkey_session=abcdefghijklmnopqrstuvwxyzabcdef'],
    ['a percent sign', 'latchkey_session=%'],
    ['the name of the https cookie', '__Host-latchkey_session=abc.def'],
  ])('is not opened by %s', async (_what, cookie) => {
    expect(await opened.people.currentUser(new Headers({ cookie }))).toBeUndefined();
  });

  test.each(['a session', 'the question for the second factor'])(
    'does not begin with a password that is replaced while it is looked at: %s',
    async (what) => {
      const { email, userId } = await newUser();
      const { store } = opened;
      if (what !== 'a session') await enrol(opened, { email, userId });
      const passwordHash = await hashPassword('another horse battery');
      let signingIn: ReturnType<typeof opened.people.signIn> | undefined;
      await store.transaction(async (queries) => {
        await queries.sessions.replacePassword(userId, passwordHash);
        await queries.sessions.endSessions(userId);
        signingIn = opened.people.signIn({ email, password: PASSWORD, headers: new Headers() });
        await untilBlocked(store, 1);
      });
      expect(await signingIn).toMatchObject({ ok: false });
      const left = await store.pool.query(
        'select user_id from sessions where user_id = $1 union all select user_id from pending_sign_ins where user_id = $1',
        [userId],
      );
      expect(left.rows).toEqual([]);
    },
  );

  test('and its password are not those of whoever replaces it at the same moment', async () => {
    const { email, userId } = await newUser();
    const user = { ...(await sessionOf(opened, email)) };
    const changes = await Promise.all(
      ['first horse battery', 'second horse battery'].map((next) =>
        opened.accounts.changePassword(user, { current: PASSWORD, next }),
      ),
    );
    expect(changes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(userId).toBe(user.userId);
  });

  test('is not opened by what a database dump holds', async () => {
    const { email } = await newUser();
    const { setCookies } = await signIn(email);
    const cookie = decodeURIComponent(setCookies[0]?.split(';')[0]?.split('=')[1] ?? '');
    const token = cookie.split('.')[0] ?? '';
    expect(token).toHaveLength(32);
    const dump = await dumpOf(opened.store);
    expect(dump).toContain(email);
    expect(dump).not.toContain(token);
    expect(dump).not.toContain(PASSWORD);

    const { rows } = await opened.store.pool.query<{ token: string }>('select token from sessions');
    for (const row of rows) {
      const forged = new Headers({ cookie: `latchkey_session=${row.token}${cookie.slice(token.length)}` });
      expect(await opened.people.currentUser(forged)).toBeUndefined();
    }
  });

  test('remembers nothing that a caller claims about the address it comes from', async () => {
    const { email, userId } = await newUser();
    await signIn(email, new Headers({ 'x-forwarded-for': '203.0.113.7', 'user-agent': 'x'.repeat(5000) }));
    const { rows } = await opened.store.pool.query<{ ip_address: string; user_agent: string }>(
      'select ip_address, user_agent from sessions where user_id = $1',
      [userId],
    );
    expect(rows).toEqual([{ ip_address: '', user_agent: 'x'.repeat(256) }]);
  });
});

describe('sign-in', () => {
  test('answers an unknown address, a wrong password and an impossible address alike', async () => {
    const { email } = await newUser();
    const headers = new Headers();
    const answers = await Promise.all([
      opened.people.signIn({ email: 'nobody@acme.test', password: PASSWORD, headers }),
      opened.people.signIn({ email, password: 'not the password', headers }),
      opened.people.signIn({ email: 'not an address', password: PASSWORD, headers }),
      opened.people.signIn({ email: '', password: '', headers }),
      opened.people.signIn({ email: `${email}\0`, password: '\0', headers }),
    ]);
    for (const answer of answers)
      expect(answer).toEqual({ ok: false, error: { reason: 'wrong_credentials' } });
  });

  test('hashes the password of an unknown address too, so that time tells nothing', async () => {
    const { email } = await newUser();
    const work = async (address: string) => {
      const before = process.cpuUsage();
      for (let i = 0; i < 5; i++) {
        await opened.people.signIn({ email: address, password: 'not the password', headers: new Headers() });
      }
      return process.cpuUsage(before).user;
    };
    await work(email);
    // What else the process does, such as collecting garbage, is added to the one or the other.
    let [known, unknown] = [Infinity, Infinity];
    for (let round = 0; round < 3; round += 1) {
      known = Math.min(known, await work(email));
      unknown = Math.min(unknown, await work('nobody@acme.test'));
    }
    expect(unknown).toBeGreaterThan(known / 3);
  });

  test('takes the same characters typed on another system', async () => {
    const email = 'normal@acme.test';
    valueOf(await opened.people.createUser({ email, name: '', password: 'Zu\u0308rich ist schön' }));
    const signedIn = await opened.people.signIn({
      email,
      password: 'Zürich ist scho\u0308n',
      headers: new Headers(),
    });
    expect(signedIn.ok).toBe(true);
  });
});

describe('the session cookie', () => {
  test('is HttpOnly, Lax and bound to the host by its prefix on https', async () => {
    const https = await openPeople('https://web.example.com');
    try {
      valueOf(await https.people.createUser({ email: 'a@acme.test', name: 'A', password: PASSWORD }));
      const { setCookies } = valueOf(
        await https.people.signIn({ email: 'a@acme.test', password: PASSWORD, headers: new Headers() }),
      );
      expect(setCookies).toHaveLength(1);
      const [pair, ...attributes] = setCookies[0]?.split('; ') ?? [];
      expect(pair).toMatch(/^__Host-latchkey_session=/);
      expect(attributes.toSorted()).toEqual([
        'HttpOnly',
        'Max-Age=604800',
        'Path=/',
        'SameSite=Lax',
        'Secure',
      ]);
    } finally {
      await https.close();
    }
  });

  test('is neither Secure nor prefixed on http, where a browser would refuse it', async () => {
    const { setCookies } = await signIn((await newUser()).email);
    expect(setCookies).toHaveLength(1);
    expect(setCookies[0]).toMatch(/^latchkey_session=/);
    expect(setCookies[0]).not.toMatch(/Secure|Domain/i);
  });
});

describe('a user', () => {
  test.each([
    ['email_invalid', { email: 'no address', password: PASSWORD }],
    ['email_invalid', { email: `${'a'.repeat(250)}@b.test`, password: PASSWORD }],
    ['password_too_short', { email: 'short@acme.test', password: 'eleven char' }],
    ['password_too_long', { email: 'long@acme.test', password: 'x'.repeat(1025) }],
  ])('is refused as %s', async (reason, wanted) => {
    expect(await opened.people.createUser({ name: 'X', ...wanted })).toEqual({
      ok: false,
      error: { reason },
    });
  });

  test('has an address that nobody else has, in whatever case it is typed', async () => {
    const { email } = await newUser();
    const twin = { email: ` ${email.toUpperCase()} `, name: 'Twin', password: PASSWORD };
    expect(await opened.people.createUser(twin)).toEqual({ ok: false, error: { reason: 'email_taken' } });
  });

  test('created twice at once exists once', async () => {
    const wanted = { email: 'race@acme.test', name: 'Race', password: PASSWORD };
    const results = await Promise.all([1, 2, 3].map(() => opened.people.createUser(wanted)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
  });
});

import { expect, test } from 'vitest';
import { keepHouse } from '../../src/grants/sweep.ts';
import { enrol } from './enrol.ts';
import { cookieHeader, openPeople, PASSWORD, valueOf } from './open-people.ts';

test('sessions, half-finished sign-ins and remembered browsers are kept as long as they are good, and no longer', async () => {
  const opened = await openPeople();
  try {
    const { accounts, people, store } = opened;
    const email = 'ada@acme.test';
    const { userId } = valueOf(await people.createUser({ email, name: 'Ada', password: PASSWORD }));
    const { code } = await enrol(opened, { email, userId });
    const signIn = async () =>
      valueOf(await people.signIn({ email, password: PASSWORD, headers: new Headers() }));
    const { setCookies } = await signIn();
    valueOf(await accounts.finishSignIn({ code: code(), remember: true, headers: cookieHeader(setCookies) }));
    await signIn();
    const rows = async () => {
      const tables = ['sessions', 'pending_sign_ins', 'remembered_browsers'];
      const counts = tables.map(async (table) => (await store.pool.query(`select 1 from ${table}`)).rowCount);
      return Promise.all(counts);
    };
    await keepHouse(store);
    expect(await rows()).toEqual([1, 1, 1]);
    for (const table of ['sessions', 'pending_sign_ins', 'remembered_browsers'])
      await store.pool.query(`update ${table} set expires_at = now() - interval '1 second'`);
    await keepHouse(store);
    expect(await rows()).toEqual([0, 0, 0]);
  } finally {
    await opened.close();
  }
});

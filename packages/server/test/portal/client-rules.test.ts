import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { racedBehind } from '../people/open-people.ts';
import { itemsOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function admin() {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role: 'admin' });
  const base = `/organisations/${slug}`;
  const rules = async () => itemsOf(await person.get(`${base}/client-rules`));
  return { orgId, person, base, rules };
}

const SUBJECT = 'host:app.example';

describe('a rule about an app', () => {
  test('tells nobody the name of an app that another organisation made', async () => {
    const [ours, theirs] = [await admin(), await admin()];
    const made = await theirs.person.post(`${theirs.base}/clients`, {
      name: 'Secret merger',
      auth_method: 'client_secret_post',
      agent_role: 'member',
    });
    expect(made.status).toBe(201);
    const subject = String(made.body?.['client_id']);
    for (const { base, person } of [ours, theirs])
      expect((await person.put(`${base}/client-rules`, { subject, rule: 'approved' })).status).toBe(200);
    expect(await theirs.rules()).toMatchObject([{ subject, name: 'Secret merger' }]);
    expect(await ours.rules()).toMatchObject([{ subject, name: null }]);
    const found = await ours.person.get(`${ours.base}/client-rules?q=merger`);
    expect(found.body).toMatchObject({ items: [], total: 0 });
  });

  test.each([
    ['made', 'blocked'],
    ['taken back', null],
  ])('is not %s by who is made a member meanwhile', async (_, rule) => {
    const { base, orgId, person } = await admin();
    if (rule === null) await person.put(`${base}/client-rules`, { subject: SUBJECT, rule: 'approved' });
    const before = await portal.store.clientRules.list(orgId);
    const demote = () =>
      portal.store.pool.query("update memberships set role = 'member' where org_id = $1 and user_id = $2", [
        orgId,
        person.userId,
      ]);
    const order = () => person.put(`${base}/client-rules`, { subject: SUBJECT, rule });
    const [answer] = await racedBehind(portal.store, 'organisations', [order], {
      meanwhile: demote,
      mode: 'exclusive',
    });
    expect(answer?.status).toBe(403);
    expect(await portal.store.clientRules.list(orgId)).toEqual(before);
  });
});

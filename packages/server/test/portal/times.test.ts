import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorOf, openPortal, type OpenedPortal } from './open-portal.ts';

// PostgreSQL reads no year that has not four digits. One that gets that far is a failure of ours.

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

test.each(['attempts?since', 'audit?from', 'audit?to', 'audit/export?format=csv&from'])(
  '%s takes no time that cannot be looked for',
  async (question) => {
    const { orgId, slug } = await portal.organisation();
    const owner = await portal.person({ orgId, role: 'owner' });
    for (const time of ['0000-01-01T00:00:00Z', '0002-01-01T00:00:00%2B01:00', '9999-12-31T23:59:59Z']) {
      const answer = await owner.get(`/organisations/${slug}/${question}=${time}`);
      expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
    }
    const last = await owner.get(`/organisations/${slug}/${question}=9998-12-31T23:59:59Z`);
    expect(last.status).toBe(200);
  },
);

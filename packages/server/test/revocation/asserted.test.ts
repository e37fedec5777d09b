import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INVALID_GRANT, inSeconds, openCompanies, type Companies } from '../oauth/support/companies.ts';
import { refusalOf, type World } from '../oauth/support/world.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { headStart } from './support/head-start.ts';
import { sortAnswers } from './support/sort-answers.ts';
import { untilBlocked } from '../support/until-blocked.ts';

// Connections that an identity provider's word carries (ID-JAG), at the instant at which they are ended.
let companies: Companies;
let world: World;
let second: SecondNode;
beforeAll(async () => {
  companies = await openCompanies({ secret: NODES_SECRET });
  ({ world } = companies);
  second = await startSecondNode(world.demo);
});
afterAll(async () => {
  await second.close();
  await companies.close();
});

test('57: everyone signed out: what was asserted before is void, within the same second too; what comes later counts', async () => {
  const company = await companies.openCompany();
  const { access_token } = await company.tokensOf();
  const before = await company.assert();
  expect(await companies.callAt(company.path, access_token, second.url)).toBe(200);
  expect((await company.send('POST', '/sign-everyone-out', {})).status).toBe(200);
  expect(await companies.callAt(company.path, access_token)).toBe(401);
  await expect.poll(() => companies.callAt(company.path, access_token, second.url)).toBe(401);
  for (const node of [world.url, second.url])
    expect(await refusalOf(await company.present(before, {}, node))).toEqual(INVALID_GRANT);
  expect((await company.ask({ claims: { iat: inSeconds(5) } })).status).toBe(200);
});

describe('48: an assertion that waits is refused', () => {
  test.each<[string, string]>([
    [
      'everyone is signed out',
      'update organisations set tokens_valid_from = clock_timestamp() where id = $1 and $2::text is not null',
    ],
    ['its client is blocked', "insert into client_rules (org_id, subject, rule) values ($1, $2, 'blocked')"],
  ])('while %s', async (_what, statement) => {
    const company = await companies.openCompany();
    const { orgId } = company.organisation;
    const assertion = await company.assert();
    // The order, stopped in the middle: it has the organisation's row, and has not committed.
    const order = await world.latchkey.store.pool.connect();
    try {
      await order.query('begin');
      await order.query('select 1 from organisations where id = $1 for update', [orgId]);
      await order.query(statement, [orgId, company.client.client_id]);
      const presented = company.present(assertion, {}, second.url);
      await untilBlocked(world.latchkey.store, 1);
      await order.query('commit');
      expect(await refusalOf(await presented)).toEqual(INVALID_GRANT);
    } finally {
      await order.query('rollback');
      order.release();
    }
    expect(await company.grants()).toEqual([]);
  });
});

describe('while everyone is signed out', () => {
  test.each<[string, string]>([
    ['an issuer that is removed', '/trusted-issuers/remove'],
    ['a link that is removed', '/identity-links/remove'],
  ])('%s waits for it: two that end many connections never wait for each other', async (_what, path) => {
    const company = await companies.openCompany();
    await company.tokensOf();
    await company.tokensOf({ claims: { scope: 'mcp:read' } });
    const [first, last] = await company.grants();
    // The order, stopped in the middle: it has the organisation's row and one of the two connections.
    const order = await world.latchkey.store.pool.connect();
    const end = (id?: string) => order.query('update grants set revoked_at = now() where id = $1', [id]);
    try {
      await order.query('begin');
      await order.query('select 1 from organisations where id = $1 for update', [company.organisation.orgId]);
      await end(last?.id);
      const subject = path.startsWith('/identity-links') ? { subject: company.subject } : {};
      const removed = company.send('POST', path, { issuer: company.provider.issuer, ...subject });
      await untilBlocked(world.latchkey.store, 1);
      await end(first?.id);
      await order.query('commit');
      const answer = await removed;
      expect([answer.status, await answer.json()]).toMatchObject([200, { ended_grants: 0 }]);
    } finally {
      await order.query('rollback');
      order.release();
    }
  });
});

test('48: assertions on two nodes race the order to sign everyone out: nothing is alive afterwards', async () => {
  const start = headStart();
  let issued = 0;
  for (let round = 0; round < 20; round += 1) {
    const company = await companies.openCompany();
    const assertions = await Promise.all([company.assert(), company.assert(), company.assert()]);
    const [order, ...answers] = await Promise.all([
      start.after(() => company.send('POST', '/sign-everyone-out', {})),
      ...assertions.map((each, index) => company.present(each, {}, index === 0 ? world.url : second.url)),
    ]);
    expect(order.status).toBe(200);
    const { tokens, refusals } = await sortAnswers(answers);
    for (const refusal of refusals) expect(refusal).toEqual(INVALID_GRANT);
    for (const { access_token: token } of tokens)
      for (const node of [world.url, second.url])
        await expect.poll(() => companies.callAt(company.path, token, node)).toBe(401);
    expect((await company.grants()).filter(({ revoked_reason }) => revoked_reason === null)).toEqual([]);
    start.learn(tokens.length, refusals.length);
    issued += tokens.length;
  }
  // Otherwise no round would have been a race.
  expect(issued).toBeGreaterThan(0);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import type { AgentId, OrganisationId } from '../../src/kernel/ids.ts';
import { keepTrail } from '../support/keep-trail.ts';
import {
  errorOf,
  itemsOf,
  openPortal,
  type OpenedPortal,
  type Person,
  type PortalAnswer,
} from './open-portal.ts';
import { serveMcp, type ServedMcp } from '../upstreams/support/mcp-servers.ts';
import { HOSTILE, PNG, startCrm, type Crm } from './playground-crm.ts';

let portal: OpenedPortal;
let crm: Crm;
beforeAll(async () => {
  portal = await openPortal();
  crm = await startCrm(portal);
});
afterAll(async () => {
  await crm.close();
  await portal.close();
});

const SECRET = 'S3cret-of-the-upstream/with+signs';

async function furnished(role: Role = 'owner', options: Parameters<Crm['publish']>[1] = {}) {
  const { orgId, slug } = await portal.organisation();
  await crm.publish(orgId, { credential: { kind: 'bearer', token: SECRET }, ...options });
  const person = await portal.person({ orgId, role });
  return { orgId, slug, person, base: `/organisations/${slug}/playground` };
}

interface Wanted {
  tool: string;
  connector?: string;
  agent?: string;
  access?: 'read' | 'full';
  arguments?: unknown;
  agreed?: boolean;
  answer?: { state: string; agreed: boolean };
}

const play = (person: Person, base: string, wanted: Wanted) =>
  person.post(`${base}/calls`, { connector: 'crm', access: 'full', arguments: {}, ...wanted });

interface Failure {
  code: string;
  message: string;
  status: number;
  request_id: string;
  retry_after_seconds: number | null;
  rate_limit: object | null;
  fields: { field: string; message: string }[];
}

const failureOf = ({ body }: PortalAnswer) => (body?.['error'] ?? undefined) as Failure | undefined;
const textOf = ({ body }: PortalAnswer) =>
  ((body?.['content'] ?? []) as { text?: string }[]).map(({ text }) => text).join('\n');
const upstreamOf = ({ body }: PortalAnswer) =>
  body?.['upstream'] as {
    kind: string;
    method: string;
    url: string;
    headers: [string, string][];
    body: { text: string; bytes: number; is_cut: boolean } | null;
    answer: { status: number; headers: [string, string][] };
    message?: { text: string };
  };
const receivedFor = (path: string) => crm.received.filter(({ url }) => url.startsWith(path)).length;

/** What a call left, oldest first. */
async function trailOf(orgId: OrganisationId) {
  const found = await portal.store.auditSearch.search(
    orgId,
    {},
    { atLeast: 0, below: Number.MAX_SAFE_INTEGER, limit: 50, look: 1000 },
  );
  return found.filter(({ action }) => action === 'tool.call').reverse();
}

async function addAgent({ base, orgId, person }: { base: string; orgId: OrganisationId; person: Person }) {
  const org = base.replace(/\/playground$/, '');
  const made = await person.post(`${org}/agents`, { name: 'Nightly', role: 'member' });
  expect([made.status, orgId]).toEqual([201, orgId]);
  return String(made.body?.['id']) as AgentId;
}

describe('a call that is tried out', () => {
  test('is the call of a client: sent with our credential, answered, and told step by step', async () => {
    const { base, person, slug } = await furnished();
    const answer = await play(person, base, {
      tool: 'list_contacts',
      arguments: { q: 'Ada', limit: 5, active: true, 'X-Trace': 't-1' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      kind: 'result',
      access: 'full',
      called_as: 'list_contacts',
      error: null,
      mcp_url: `${portal.baseUrl}/mcp/${slug}`,
    });
    expect(JSON.parse(textOf(answer))).toMatchObject({ total: 3 });
    const upstream = upstreamOf(answer);
    expect(upstream).toMatchObject({
      kind: 'http',
      method: 'GET',
      url: `${crm.baseUrl}/contacts?q=Ada&limit=5&active=true`,
      answer: { status: 200 },
    });
    expect(Object.fromEntries(upstream.headers)).toMatchObject({
      authorization: 'Bearer ••••••••',
      'x-request-id': answer.body?.['request_id'],
    });
    const steps = (answer.body?.['steps'] ?? []) as { step: string; from_ms: number; ms: number }[];
    expect(steps.map(({ step }) => step)).toEqual([
      'checks',
      'credential',
      'record',
      'connect',
      'wait',
      'body',
      'shape',
    ]);
    const total = answer.body?.['total_ms'] as number;
    expect(steps.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(total, 0);
    expect(((answer.body?.['limits'] ?? []) as [string, string][]).map(([name]) => name)).toContain(
      'RateLimit',
    );
    expect(answer.body?.['rest']).toMatchObject({
      method: 'GET',
      url: `${portal.baseUrl}/api/crm/contacts?q=Ada&limit=5&active=true`,
      body: null,
    });
    expect(crm.received.at(-1)?.headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  test('stands in the audit log as tried out by whom, and in no key’s name', async () => {
    const { base, orgId, person } = await furnished();
    await play(person, base, { tool: 'list_contacts' });
    await play(person, base, { tool: 'create_contact', arguments: { name: 'Ada' }, agreed: true });
    await expect.poll(async () => (await trailOf(orgId)).length).toBe(3);
    const rows = await trailOf(orgId);
    expect(
      rows.map(({ clientId, keyId, outcome, phase, target }) => [phase, target, outcome, clientId, keyId]),
    ).toEqual(
      expect.arrayContaining([
        ['event', 'list_contacts', 'ok', 'playground', null],
        ['intent', 'create_contact', null, 'playground', null],
        ['outcome', 'create_contact', 'ok', 'playground', null],
      ]),
    );
    expect(new Set(rows.map(({ actorId }) => actorId))).toEqual(new Set([person.userId]));
  });

  test('is told from an app’s in the audit log and in the usage', async () => {
    const { base, orgId, person, slug } = await furnished();
    await play(person, base, { tool: 'list_contacts' });
    await expect.poll(async () => (await trailOf(orgId)).length).toBe(1);
    const audit = await person.get(`/organisations/${slug}/audit?client=playground`);
    expect(itemsOf(audit)).toMatchObject([
      { target: { text: 'list_contacts' }, client: { id: 'playground', name: 'Playground' }, key: null },
    ]);
    await keepTrail(portal.store);
    const usage = await person.get(`/organisations/${slug}/usage?by=client`);
    expect(usage.body?.['groups']).toMatchObject([{ id: 'playground', name: 'Playground', calls: 1 }]);
  });

  test('writes down a write before anything is sent', async () => {
    const { base, orgId, person } = await furnished();
    await play(person, base, { tool: 'create_contact', arguments: { name: 'Ada' }, agreed: true });
    const [intent] = (await trailOf(orgId)).filter(({ phase }) => phase === 'intent');
    expect(intent).toMatchObject({ target: 'create_contact', actorId: person.userId });
  });

  test('as an agent is the agent’s call, and the audit log names who tried it', async () => {
    const { base, orgId, person } = await furnished();
    const agent = await addAgent({ base, orgId, person });
    const answer = await play(person, base, { tool: 'list_contacts', agent });
    expect(answer.body).toMatchObject({ kind: 'result', error: null });
    await expect.poll(async () => (await trailOf(orgId)).length).toBe(1);
    const [row] = await trailOf(orgId);
    expect(row).toMatchObject({
      actorKind: 'agent',
      actorId: agent,
      clientId: 'playground',
      detail: { connector: 'crm', tried_by: { id: person.userId, name: expect.any(String) } },
    });
  });
});

describe('a write', () => {
  test('is asked about first, with what it costs, and nothing is sent', async () => {
    const { base, person } = await furnished();
    const before = receivedFor('/v1/letters');
    const asked = await play(person, base, { tool: 'send_letter', arguments: { to: 'Ada' } });
    expect(asked.body).toMatchObject({
      kind: 'question',
      tool: { name: 'send_letter', title: 'Send a letter', connector: { slug: 'crm', name: 'The CRM' } },
      question: { kind: 'write', consumes_credits: true, credits: 2 },
    });
    expect(receivedFor('/v1/letters')).toBe(before);
    const sent = await play(person, base, { tool: 'send_letter', arguments: { to: 'Ada' }, agreed: true });
    expect(sent.body).toMatchObject({ kind: 'result', error: null });
    expect(receivedFor('/v1/letters')).toBe(before + 1);
  });

  test('that an admin wants a person to agree to is asked with its arguments, and the word is good once', async () => {
    const { base, orgId, person } = await furnished();
    const org = base.replace(/\/playground$/, '');
    const rule = { tool: 'send_letter', confirmation: 'Is the address right?' };
    expect((await person.put(`${org}/connectors/crm/rules`, rule)).status).toBe(200);
    const before = receivedFor('/v1/letters');
    const wanted = { tool: 'send_letter', arguments: { to: 'Ada' }, agreed: true };
    const asked = await play(person, base, wanted);
    const question = asked.body?.['question'] as { kind: string; message: string; state: string };
    expect(question.kind).toBe('confirmation');
    expect(question.message).toContain('Is the address right?');
    expect(question.message).toContain('- to: "Ada"');
    const { state } = question;
    const declined = await play(person, base, { ...wanted, answer: { state, agreed: false } });
    expect(failureOf(declined)?.code).toBe('forbidden');

    const again = await play(person, base, wanted);
    const { state: fresh } = (again.body?.['question'] ?? {}) as { state: string };
    const other = await play(person, base, {
      ...wanted,
      arguments: { to: 'Eve' },
      answer: { state: fresh, agreed: true },
    });
    expect(other.body?.['kind']).toBe('question');
    const agreed = await play(person, base, { ...wanted, answer: { state: fresh, agreed: true } });
    expect(agreed.body).toMatchObject({ kind: 'result', error: null });
    const replayed = await play(person, base, { ...wanted, answer: { state: fresh, agreed: true } });
    expect(replayed.body?.['kind']).toBe('question');
    expect(receivedFor('/v1/letters')).toBe(before + 1);
    await expect
      .poll(async () => (await trailOf(orgId)).some(({ detail }) => detail?.['confirmed'] === 'form'))
      .toBe(true);
  });

  test('with read-only access is not sent, and the record says why', async () => {
    const { base, orgId, person } = await furnished();
    const before = receivedFor('/v1/contacts');
    const answer = await play(person, base, {
      tool: 'create_contact',
      access: 'read',
      arguments: { name: 'Ada' },
      agreed: true,
    });
    expect(failureOf(answer)).toMatchObject({ code: 'insufficient_scope', status: 403 });
    expect(receivedFor('/v1/contacts')).toBe(before);
    await expect.poll(async () => (await trailOf(orgId)).at(-1)?.outcome).toBe('refused');
  });

  test.each([true, false])(
    'of a viewer who asks for full access is not sent (agreed: %s)',
    async (agreed) => {
      const { base, person } = await furnished('viewer');
      const before = receivedFor('/v1/contacts');
      const answer = await play(person, base, { tool: 'create_contact', arguments: { name: 'Ada' }, agreed });
      expect(answer.body).toMatchObject({ kind: 'result', access: 'read' });
      expect(failureOf(answer)?.code).toBe('insufficient_scope');
      expect(receivedFor('/v1/contacts')).toBe(before);
    },
  );

  test('of somebody whose role was lowered since the page came is not sent', async () => {
    const { base, orgId, person } = await furnished('member');
    const tool = await person.get(`${base}/tool?connector=crm&tool=create_contact`);
    expect(tool.body).toMatchObject({ most: 'full' });
    const owner = await portal.person({ orgId, role: 'owner' });
    const org = base.replace(/\/playground$/, '');
    const lowered = await owner.put(`${org}/members/${person.userId}/role`, { role: 'viewer' });
    expect(lowered.status).toBe(200);
    const before = receivedFor('/v1/contacts');
    await expect
      .poll(
        async () =>
          failureOf(
            await play(person, base, { tool: 'create_contact', arguments: { name: 'Ada' }, agreed: true }),
          )?.code,
      )
      .toBe('insufficient_scope');
    expect(receivedFor('/v1/contacts')).toBe(before);
  });

  test('to a tool that was switched off meanwhile is not sent', async () => {
    const { base, person } = await furnished();
    const org = base.replace(/\/playground$/, '');
    await person.put(`${org}/connectors/crm/rules`, { tool: 'create_contact', enabled: false });
    const before = receivedFor('/v1/contacts');
    const answer = await play(person, base, {
      tool: 'create_contact',
      arguments: { name: 'Ada' },
      agreed: true,
    });
    expect(failureOf(answer)?.code).toBe('not_found');
    expect(receivedFor('/v1/contacts')).toBe(before);
  });
});

describe('nobody', () => {
  test('reaches another organisation’s tools, by whatever name', async () => {
    const own = await furnished();
    const { orgId: theirs } = await portal.organisation();
    await crm.publish(theirs, { slug: 'hidden', name: 'Hidden' });
    for (const connector of ['hidden', '../hidden', 'crm/../hidden']) {
      const answer = await play(own.person, own.base, { connector, tool: 'echo' });
      expect(failureOf(answer)?.code).toBe('not_found');
    }
    const listed = await own.person.get(`${own.base}/tools?q=hidden`);
    expect(listed.body).toMatchObject({ items: [], total: 0 });
    const tool = await own.person.get(`${own.base}/tool?connector=hidden&tool=echo`);
    expect(tool.status).toBe(404);
  });

  test('tries out as an agent of another organisation, one that is suspended, or none', async () => {
    const own = await furnished();
    const other = await furnished();
    const foreign = await addAgent(other);
    const suspended = await addAgent(own);
    await own.person.post(`/organisations/${own.slug}/agents/${suspended}/suspend`);
    for (const agent of [foreign, suspended, 'agt_absent']) {
      await expect
        .poll(async () => (await play(own.person, own.base, { tool: 'echo', agent })).status)
        .toBe(404);
      expect((await own.person.get(`${own.base}/tools?agent=${agent}`)).status).toBe(404);
    }
    expect((await play(own.person, own.base, { tool: 'echo', agent: 'usr_x' })).status).toBe(400);
  });

  test.each<Role>(['member', 'viewer'])('who is a %s tries out as an agent', async (role) => {
    const { base, orgId } = await furnished();
    const owner = await portal.person({ orgId, role: 'owner' });
    const agent = await addAgent({ base, orgId, person: owner });
    const person = await portal.person({ orgId, role });
    const answer = await play(person, base, { tool: 'echo', agent });
    expect([answer.status, errorOf(answer).code]).toEqual([403, 'forbidden']);
    expect((await person.get(`${base}/tools?agent=${agent}`)).status).toBe(403);
  });

  test('calls with a key, whoever’s it is', async () => {
    const { base, person, slug } = await furnished();
    const made = await person.post(`/organisations/${slug}/keys`, {
      name: 'CI',
      access: 'full',
      expires_in_days: 30,
    });
    const answer = await person.send('POST', `${base}/calls`, {
      body: { connector: 'crm', tool: 'echo', access: 'read', arguments: {} },
      headers: { cookie: undefined, 'x-api-key': String(made.body?.['secret']) },
    });
    expect([answer.status, errorOf(answer).code]).toEqual([403, 'person_needed']);
  });
});

describe('no credential of the upstream is in the answer', () => {
  const spellings = [SECRET, encodeURIComponent(SECRET), SECRET.replaceAll('/', '\\/')];

  test.each([
    ['bearer', { kind: 'bearer', token: SECRET }],
    ['basic', { kind: 'basic', username: 'latchkey', password: SECRET }],
    ['header', { kind: 'header', name: 'x-api-key', value: SECRET }],
    ['query', { kind: 'query', name: 'api_key', value: SECRET }],
  ] as const)('where it is a %s that the upstream says back', async (_, credential) => {
    const { base, person } = await furnished('owner', { credential });
    const answer = await play(person, base, { tool: 'echo' });
    expect(answer.body).toMatchObject({ kind: 'result', error: null });
    const basic = Buffer.from(`latchkey:${SECRET}`).toString('base64');
    for (const spelling of [...spellings, basic]) expect(answer.text).not.toContain(spelling);
    expect(answer.text).not.toContain('of-the-upstream');
    // It was sent, and it was said back.
    const received = crm.received.at(-1);
    expect(JSON.stringify([received?.headers, decodeURIComponent(received?.url ?? '')])).toContain(
      credential.kind === 'basic' ? basic : SECRET,
    );
    expect(answer.text).toContain('••••••••');
  });

  test('where it is our own word, which is good for a minute', async () => {
    const { base, person } = await furnished('owner', { credential: { kind: 'assertion' } });
    const answer = await play(person, base, { tool: 'echo' });
    const assertion = String(crm.received.at(-1)?.headers.authorization).replace('Bearer ', '');
    expect(assertion).toMatch(/^eyJ/);
    expect(answer.text).not.toContain(assertion);
    expect(answer.text).not.toContain(assertion.split('.')[2] ?? assertion);
  });

  test('nor where the API stands, for who is no admin', async () => {
    const { base, orgId } = await furnished();
    const member = await portal.person({ orgId, role: 'member' });
    const answer = await play(member, base, { tool: 'list_contacts' });
    expect(upstreamOf(answer).url).toBe('/v1/contacts');
    expect(answer.text).not.toContain(crm.url);
  });
});

describe('what an upstream does', () => {
  test('hostile text comes as text, and in JSON alone', async () => {
    const { base, person } = await furnished();
    const answer = await play(person, base, { tool: 'get_hostile' });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('x-content-type-options') ?? 'nosniff').toBe('nosniff');
    expect(JSON.parse(textOf(answer))).toMatchObject({ text: HOSTILE });
  });

  test.each([
    [401, 'upstream_unauthorized'],
    [403, 'upstream_forbidden'],
    [404, 'upstream_not_found'],
    [429, 'rate_limited'],
    [500, 'upstream_error'],
  ])('a %i is an error with its code', async (code, expected) => {
    const { base, person } = await furnished();
    const answer = await play(person, base, { tool: 'get_status', arguments: { code } });
    expect(failureOf(answer)).toMatchObject({
      status: code,
      code: expected,
      request_id: answer.body?.['request_id'],
    });
    expect(upstreamOf(answer).answer.status).toBe(code);
  });

  test('a limit comes with its numbers, and says how long to wait', async () => {
    const { base, person } = await furnished();
    const answer = await play(person, base, { tool: 'get_status', arguments: { code: 429 } });
    expect(failureOf(answer)).toMatchObject({
      retry_after_seconds: 7,
      rate_limit: { limit: 60, remaining: 0 },
    });
  });

  test('pictures, sounds and files come as what they are', async () => {
    const { base, person } = await furnished();
    const photo = await play(person, base, { tool: 'get_photo' });
    expect(photo.body).toMatchObject({ content: [{ type: 'image', mimeType: 'image/png', data: PNG }] });
    const sound = await play(person, base, { tool: 'get_sound' });
    expect(sound.body).toMatchObject({ content: [{ type: 'audio', mimeType: 'audio/wav' }] });
    const report = await play(person, base, { tool: 'get_report' });
    const file = report.body?.['file'] as { data: string; mime_type: string };
    expect(file.mime_type).toBe('application/pdf');
    expect(Buffer.from(file.data, 'base64').toString()).toContain('%PDF-1.7 a report');
  });

  test('one that never answers is let go of when the person cancels, and it is on record', async () => {
    const { base, orgId, person } = await furnished();
    const before = receivedFor('/v1/slow');
    const controller = new AbortController();
    const asked = portal.app.request(`${portal.baseUrl}/portal/v1${base}/calls`, {
      method: 'POST',
      signal: controller.signal,
      headers: {
        cookie: person.cookie,
        'sec-fetch-site': 'same-origin',
        origin: portal.baseUrl,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ connector: 'crm', tool: 'slow', access: 'read', arguments: {} }),
    });
    await expect.poll(() => receivedFor('/v1/slow')).toBe(before + 1);
    controller.abort();
    const answer = (await (await asked).json()) as { error: { code: string } };
    expect(answer.error.code).toBe('upstream_aborted');
    await expect.poll(async () => (await trailOf(orgId)).at(-1)?.detail?.['reason']).toBe('upstream_aborted');
  });

  test('one that never answers is let go of when the person is no member any more', async () => {
    const { base, orgId, person } = await furnished('member');
    const before = receivedFor('/v1/slow');
    const asked = play(person, base, { tool: 'slow' });
    await expect.poll(() => receivedFor('/v1/slow')).toBe(before + 1);
    await portal.store.transaction(async (queries) => {
      await queries.people.removeMember(orgId, person.userId);
      await queries.changes.add('member', `${orgId}:${person.userId}`);
    });
    expect(failureOf(await asked)?.code).toBe('forbidden');
  });
});

describe('arguments', () => {
  test('that do not fit are told field by field, and nothing is sent', async () => {
    const { base, person } = await furnished();
    const before = crm.received.length;
    const answer = await play(person, base, {
      tool: 'create_contact',
      arguments: { kind: 'robot', address: { zip: 'x' } },
      agreed: true,
    });
    expect(failureOf(answer)?.code).toBe('invalid_arguments');
    expect(
      failureOf(answer)
        ?.fields.map(({ field }) => field)
        .sort(),
    ).toEqual(expect.arrayContaining(['name', 'address.city']));
    expect(crm.received.length).toBe(before);
    expect(answer.body?.['upstream']).toBeNull();
  });

  test('cannot put anything into a header line or the path', async () => {
    const { base, person } = await furnished();
    const before = crm.received.length;
    const split = await play(person, base, {
      tool: 'list_contacts',
      arguments: { 'X-Trace': 'a\r\nX-Admin: yes' },
    });
    const path = await play(person, base, {
      tool: 'delete_contact',
      arguments: { id: '../../admin?x=1' },
      agreed: true,
    });
    for (const { headers, url } of crm.received.slice(before)) {
      expect(headers['x-admin']).toBeUndefined();
      expect(url).not.toContain('/admin?');
    }
    expect([split.status, path.status]).toEqual([200, 200]);
  });

  test('__proto__ changes nothing but itself', async () => {
    const { base, person } = await furnished();
    const answer = await person.send('POST', `${base}/calls`, {
      body: {
        connector: 'crm',
        tool: 'create_contact',
        access: 'full',
        agreed: true,
        arguments: JSON.parse('{"name":"Ada","__proto__":{"polluted":true},"extra":{"__proto__":{"x":1}}}'),
      },
    });
    expect(answer.status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('that are too deep, too large or no object are refused in words', async () => {
    const { base, person } = await furnished();
    let deep: unknown = 1;
    for (let level = 0; level < 200; level += 1) deep = [deep];
    const tooDeep = await play(person, base, { tool: 'echo', arguments: { deep } });
    expect([tooDeep.status, errorOf(tooDeep).message]).toEqual([400, expect.stringContaining('64 levels')]);
    const tooLarge = await play(person, base, { tool: 'echo', arguments: { q: 'x'.repeat(1_100_000) } });
    expect([tooLarge.status, errorOf(tooLarge).code]).toEqual([413, 'payload_too_large']);
    const large = await play(person, base, {
      tool: 'create_contact',
      arguments: { name: 'x'.repeat(200_000) },
      agreed: true,
    });
    expect(large.status).toBe(200);
    expect(upstreamOf(large).body).toMatchObject({ is_cut: true });
    expect((await play(person, base, { tool: 'echo', arguments: [] })).status).toBe(400);
  });
});

describe('limits', () => {
  test('of the organisation hold here, too, and say how long to wait', async () => {
    const { base, person, slug } = await furnished();
    const set = await person.put(`/organisations/${slug}/settings/limits`, {
      calls_per_key: 2,
      calls_per_organisation: 2,
      was: { calls_per_key: null, calls_per_organisation: null },
    });
    expect(set.status).toBe(200);
    await expect
      .poll(async () => failureOf(await play(person, base, { tool: 'echo' }))?.code)
      .toBe('rate_limited');
    const refused = await play(person, base, { tool: 'echo' });
    expect(failureOf(refused)?.retry_after_seconds).toBeGreaterThan(0);
    expect(refused.body?.['upstream']).toBeNull();
  });

  test('of what runs at once hold for one person', async () => {
    const { base, person } = await furnished();
    const before = receivedFor('/v1/slow');
    const controller = new AbortController();
    const hang = async () =>
      portal.app.request(`${portal.baseUrl}/portal/v1${base}/calls`, {
        method: 'POST',
        signal: controller.signal,
        headers: {
          cookie: person.cookie,
          'sec-fetch-site': 'same-origin',
          origin: portal.baseUrl,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ connector: 'crm', tool: 'slow', access: 'read', arguments: {} }),
      });
    // At one moment, before anything of the organisation was read: no more of them than four run.
    const hanging = Array.from({ length: 8 }, hang);
    await expect.poll(() => receivedFor('/v1/slow')).toBe(before + 4);
    expect((await Promise.race(hanging)).status).toBe(200);
    expect(failureOf(await play(person, base, { tool: 'echo' }))?.code).toBe('rate_limited');
    controller.abort();
    await Promise.all(hanging);
    expect(failureOf(await play(person, base, { tool: 'echo' }))).toBeUndefined();
  });
});

describe('a tool of an MCP server', () => {
  let server: ServedMcp;
  beforeAll(async () => {
    const annotations = { readOnlyHint: true };
    const says = (text: string) => ({ content: [{ type: 'text', text }] });
    const question = {
      method: 'elicitation/create',
      params: {
        mode: 'form',
        message: 'Which one?',
        requestedSchema: { type: 'object', properties: { which: { type: 'string' } } },
      },
    };
    server = await serveMcp('modern', [
      { name: 'look', annotations, answer: ({ at }) => says(`saw ${String(at)} ${HOSTILE}`) },
      { name: 'fall', annotations, answer: () => ({ ...says('It fell over.'), isError: true }) },
      {
        name: 'say_back',
        annotations,
        answer: () => says(String(server.requests.at(-1)?.headers.authorization)),
      },
      {
        name: 'ask',
        annotations,
        answer: () => ({
          resultType: 'input_required',
          requestState: 'theirs',
          inputRequests: { one: question },
        }),
      },
    ]);
  });
  afterAll(() => server.close());

  async function joined() {
    const { orgId, slug } = await portal.organisation();
    const upstream = { transport: 'streamable-http', url: server.url } as const;
    const published = await portal.upstreams.publishMcp({ orgId, slug: 'eyes', name: 'Eyes', upstream });
    if (!published.ok) throw new Error(published.error.message);
    const credential = { kind: 'bearer', token: SECRET } as const;
    const { connectorId } = published.value;
    await portal.upstreams.vault.set({ connectorId, orgId, audience: server.url, credential });
    const person = await portal.person({ orgId, role: 'owner' });
    const base = `/organisations/${slug}/playground`;
    await expect.poll(async () => (await person.get(`${base}/tools`)).body?.['total']).toBe(4);
    return { base, person };
  }

  test('is called with a message, which is shown in the place of a request', async () => {
    const { base, person } = await joined();
    const answer = await play(person, base, { connector: 'eyes', tool: 'look', arguments: { at: 'dawn' } });
    expect(textOf(answer)).toBe(`saw dawn ${HOSTILE}`);
    expect(upstreamOf(answer)).toMatchObject({
      kind: 'mcp',
      transport: 'streamable-http',
      url: server.url,
    });
    expect(JSON.parse(upstreamOf(answer).message?.text ?? '')).toMatchObject({
      method: 'tools/call',
      params: { name: 'look', arguments: { at: 'dawn' } },
    });
    expect(answer.body?.['rest']).toBeNull();
  });

  test('says what went wrong with it, in the server’s words', async () => {
    const { base, person } = await joined();
    const answer = await play(person, base, { connector: 'eyes', tool: 'fall' });
    expect(failureOf(answer)?.code).toBe('tool_error');
    expect(textOf(answer)).toBe('It fell over.');
  });

  test('does not say our credential back', async () => {
    const { base, person } = await joined();
    const answer = await play(person, base, { connector: 'eyes', tool: 'say_back' });
    expect(textOf(answer)).toMatch(/^Bearer \*+$/);
    expect(answer.text).not.toContain(SECRET);
  });

  test('asks nobody here, and says where somebody can be asked', async () => {
    const { base, person } = await joined();
    const answer = await play(person, base, { connector: 'eyes', tool: 'ask' });
    expect(failureOf(answer)).toMatchObject({
      code: 'upstream_asks',
      message: expect.stringContaining('/c/eyes'),
    });
  });
});

describe('the tools to choose from', () => {
  test('are those of all connectors, in pages, found by words', async () => {
    const { base, orgId, person } = await furnished();
    const many = Object.fromEntries(
      Array.from({ length: 1_200 }, (_, at) => [
        `GET /things/${at}`,
        { operationId: `get_thing_${at}`, summary: `Get thing ${at}` },
      ]),
    );
    await crm.publish(orgId, { slug: 'many', name: 'Many things', operations: many });
    const first = await person.get(`${base}/tools?q=get_thing`);
    expect(first.body).toMatchObject({ total: 1_200, all: 1_212, next_cursor: '50' });
    const last = await person.get(`${base}/tools?q=get_thing&cursor=1150&limit=100`);
    expect(last.body?.['items']).toHaveLength(50);
    expect(last.body?.['next_cursor']).toBeNull();
    const found = await person.get(`${base}/tools?q=CRM+letter`);
    expect(found.body).toMatchObject({
      total: 1,
      items: [{ name: 'send_letter', connector: { slug: 'crm', name: 'The CRM' }, access: 'full' }],
    });
  });

  test('say what they take, what they cost and what an admin asks', async () => {
    const { base, person } = await furnished();
    const letter = await person.get(`${base}/tool?tool=send_letter`);
    expect(letter.body).toMatchObject({
      connector: { slug: 'crm' },
      called_as: 'send_letter',
      kind: 'api',
      access: 'full',
      most: 'full',
      consumes_credits: true,
      credits: 2,
      confirmation: null,
      input_schema: { type: 'object', required: ['to'] },
    });
  });
});

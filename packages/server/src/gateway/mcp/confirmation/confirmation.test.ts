import { expect, test } from 'vitest';
import { newId } from '../../../kernel/ids.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Checked, Confirmable } from './confirmable.ts';
import { createConfirmation } from './confirmation.ts';

// Between us and a server behind us that asks questions of its own.

const used = new Set<string>();
const confirmation = createConfirmation({
  key: new Uint8Array(32).fill(7),
  claimOnce: async (id) => !used.has(id) && used.add(id).has(id),
  clock: { nowMs: () => 1_800_000_000_000 },
});
const principal: Principal = {
  orgId: newId('org'),
  orgSlug: 'acme',
  actor: { kind: 'user', id: newId('usr') },
  role: 'member',
  access: 'full',
  clientId: undefined,
  grantId: undefined,
  keyId: newId('key'),
};
const call: Confirmable = {
  principal,
  requestId: newId('req'),
  connector: { id: newId('con'), name: 'Servers' },
  tool: { name: 'book', title: 'Book', inputSchema: { type: 'object', properties: {} } },
  calledName: 'book',
  text: 'Go on?',
  arguments: { seat: 4 },
  round: undefined,
};
const FORMS = { elicitation: {} };
const AGREED = { latchkey_confirmation: { action: 'accept', content: { confirm: true } } };
const ANSWERS = { seat: { action: 'accept', content: { row: 'A' } } };

const check = (round: Confirmable['round'], more: Partial<Confirmable> = {}) =>
  confirmation.check({ ...call, round, ...more });

function asked(checked: Checked) {
  if (checked.kind !== 'ask') throw new Error(`not asked but ${checked.kind}`);
  return checked;
}
function gone(checked: Checked) {
  if (checked.kind !== 'go') throw new Error(`not let go but ${checked.kind}`);
  return checked;
}
const question = async () => asked(await check({ capabilities: FORMS })).requestState;
const agreed = async () =>
  gone(await check({ capabilities: FORMS, requestState: await question(), inputResponses: AGREED }));

test('a server that asks on after the person agreed gets its state and its answers, and nobody is asked by us again', async () => {
  const first = await agreed();
  expect(first.round).toEqual({ capabilities: FORMS });
  const wrapped = first.wrap('theirs 1') ?? '';
  expect(wrapped).toMatch(/^lkc1\./);
  const second = gone(await check({ capabilities: FORMS, requestState: wrapped, inputResponses: ANSWERS }));
  expect(second).toMatchObject({ confirmed: 'form', arguments: { seat: 4 } });
  expect(second.round).toEqual({
    capabilities: FORMS,
    requestState: 'theirs 1',
    inputResponses: ANSWERS,
  });
  const third = gone(
    await check({
      capabilities: FORMS,
      requestState: second.wrap('theirs 2') ?? '',
      inputResponses: ANSWERS,
    }),
  );
  expect(third.round?.requestState).toBe('theirs 2');
});

test('the same holds for a person who agreed by code, whose client sends the old code again', async () => {
  const round = { capabilities: {} };
  const refused = await check(round);
  if (refused.kind !== 'result') throw new Error('no code');
  const code = (refused.result.structuredContent as Record<string, unknown>)['confirmation_code'];
  const args = { seat: 4, _confirm: code };
  const first = gone(await check(round, { arguments: args }));
  const wrapped = first.wrap('theirs') ?? '';
  const second = await check(
    { ...round, requestState: wrapped, inputResponses: ANSWERS },
    { arguments: args },
  );
  expect(gone(second)).toMatchObject({
    confirmed: 'code',
    arguments: { seat: 4 },
    round: { requestState: 'theirs', inputResponses: ANSWERS },
  });
});

test('a server that asks without a state of its own is remembered, too', async () => {
  const wrapped = (await agreed()).wrap(undefined) ?? '';
  const next = gone(await check({ capabilities: FORMS, requestState: wrapped, inputResponses: ANSWERS }));
  expect(next.round).toMatchObject({ inputResponses: ANSWERS });
  expect(next.round?.requestState).toBeUndefined();
});

test('what a server had asked before the person is asked is kept until then', async () => {
  const foreign = { capabilities: FORMS, requestState: 'theirs', inputResponses: ANSWERS };
  const { requestState } = asked(await check(foreign));
  const next = gone(await check({ capabilities: FORMS, requestState, inputResponses: AGREED }));
  expect(next.round).toEqual(foreign);
});

test('what is too long to be kept is left out, and the server asks again', async () => {
  const { requestState } = asked(
    await check({ capabilities: FORMS, requestState: 'x'.repeat(1_000_000), inputResponses: ANSWERS }),
  );
  expect(requestState.length).toBeLessThan(1_000);
  expect(gone(await check({ capabilities: FORMS, requestState, inputResponses: AGREED })).round).toEqual({
    capabilities: FORMS,
  });
});

test('a wrapped state is good for one round, and for this call alone', async () => {
  const wrapped = (await agreed()).wrap('theirs') ?? '';
  const round = { capabilities: FORMS, requestState: wrapped, inputResponses: ANSWERS };
  for (const more of [
    { arguments: { seat: 5 } },
    { tool: { ...call.tool, name: 'cancel' } },
    { connector: { ...call.connector, id: newId('con') } },
    { principal: { ...principal, keyId: newId('key') } },
    { principal: { ...principal, grantId: newId('grt') } },
    { principal: { ...principal, orgId: newId('org') } },
    { principal: { ...principal, actor: { kind: 'agent', id: newId('agt') } } },
    { principal: { ...principal, actor: { kind: 'user', id: newId('usr') } } },
    { text: 'Really?' },
  ] satisfies Partial<Confirmable>[])
    expect((await check(round, more)).kind).toBe('ask');
  expect((await check(round)).kind).toBe('go');
  expect((await check(round)).kind).toBe('ask');
});

test('a state that was wrapped for a person is not an answer to a question, nor the other way round', async () => {
  const wrapped = (await agreed()).wrap('theirs') ?? '';
  const both = await check({ capabilities: FORMS, requestState: wrapped, inputResponses: AGREED });
  expect(gone(both).round).toMatchObject({ requestState: 'theirs', inputResponses: AGREED });
  const unanswered = { capabilities: FORMS, requestState: await question(), inputResponses: ANSWERS };
  expect((await check(unanswered)).kind).toBe('ask');
});

test('where nobody has to be asked, nothing is touched', async () => {
  const round = { capabilities: FORMS, requestState: 'theirs', inputResponses: ANSWERS };
  const free = gone(await check(round, { text: undefined }));
  expect(free).toMatchObject({ confirmed: undefined, arguments: call.arguments, round });
  expect(free.wrap('next')).toBe('next');
  expect(free.wrap(undefined)).toBeUndefined();
});

test('a rule that was taken back leaves the server its state', async () => {
  const wrapped = (await agreed()).wrap('theirs') ?? '';
  const round = { capabilities: FORMS, requestState: wrapped, inputResponses: ANSWERS };
  const free = gone(await check(round, { text: undefined }));
  expect(free).toMatchObject({ confirmed: undefined, round: { requestState: 'theirs' } });
});

test('what looks like our state and is none never reaches a server', async () => {
  const round = { capabilities: FORMS, requestState: 'lkc1.made-up', inputResponses: ANSWERS };
  expect(gone(await check(round, { text: undefined })).round).toEqual({ capabilities: FORMS });
});

test('a tool that has an argument of that name keeps it, and ours has another', async () => {
  const inputSchema = { type: 'object', properties: { _CONFIRM: {}, _confirm_2: {} } };
  const tool = { ...call.tool, inputSchema };
  const own = { _confirm: 'yes', _confirm_2: 'no' };
  const first = await check(undefined, { tool, arguments: own });
  if (first.kind !== 'result') throw new Error('no code');
  const fields = first.result.structuredContent as Record<string, string>;
  expect(fields['hint']).toContain('_confirm_3: "');
  const given = { ...own, _confirm_3: fields['confirmation_code'] };
  expect(gone(await check(undefined, { tool, arguments: given })).arguments).toEqual(own);
});

test('while nobody can tell whether a word was used, it is not taken', async () => {
  const blind = createConfirmation({
    key: new Uint8Array(32).fill(7),
    claimOnce: () => Promise.reject(new Error('the database is gone: host 10.0.0.7 refused')),
    clock: { nowMs: () => 1_800_000_000_000 },
  });
  const round = { capabilities: FORMS, requestState: await question(), inputResponses: AGREED };
  await expect(blind.check({ ...call, round })).rejects.toMatchObject({
    code: 'unavailable',
    publicMessage: 'The confirmation cannot be checked at the moment. Try again.',
  });
});

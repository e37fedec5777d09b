import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AGREED,
  AT,
  type Caller,
  callInForm,
  callWithCode,
  codeIn,
  QUESTION,
  refused,
  sentBy,
  setRule,
  stateIn,
  trailOf,
} from './support/confirmations.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { expectValid, unknownFields } from './support/schema.ts';

const TEXT = 'Deleting cannot be undone. Go on?';

let harness: Harness;
let caller: Caller;
let nowMs = Date.now();

beforeAll(async () => {
  harness = await startHarness({ clock: { nowMs: () => nowMs } });
  caller = harness.caller();
});
afterAll(() => harness.close());
beforeEach(async () => {
  nowMs = Date.now();
  harness.upstream.received.length = 0;
  const { connectorId } = harness;
  await setRule(harness, 'delete_item', { connectorId, confirmation: TEXT });
});

const ITEM = { id: 'i1' };
const sent = () => sentBy(harness);

describe('asked in a form', () => {
  const ask = () => callInForm(harness, caller, 'delete_item', ITEM, { path: AT });
  const answer = async (inputResponses: unknown, who = caller) =>
    callInForm(harness, who, 'delete_item', ITEM, {
      requestState: stateIn(await callInForm(harness, who, 'delete_item', ITEM)),
      ...(inputResponses === undefined ? {} : { inputResponses }),
    });

  test('the question is as the revision has it', async () => {
    const { json } = await ask();
    expectValid('2026-07-28', 'InputRequiredResult', json.result);
    expectValid('2026-07-28', 'CallToolResultResponse', json);
    expect(unknownFields('2026-07-28', 'InputRequiredResult', json.result)).toEqual([]);
    const { params } = json.result.inputRequests[QUESTION];
    expectValid('2026-07-28', 'ElicitRequestFormParams', params);
    expect(params).toEqual({
      mode: 'form',
      message: `${TEXT}\n\nTool: Delete an item (delete_item) of Items\nArguments:\n- id: "i1"`,
      requestedSchema: {
        type: 'object',
        properties: { confirm: expect.objectContaining({ type: 'boolean', default: false }) },
        required: ['confirm'],
      },
    });
  });

  test.each([
    ['declines', { action: 'decline' }, 'confirmation_declined', 'did not agree'],
    ['closes the question', { action: 'cancel' }, 'confirmation_cancelled', 'without an answer'],
    ['says no', { action: 'accept', content: { confirm: false } }, 'confirmation_declined', 'did not agree'],
  ])('a person who %s is heard: nothing is sent, and the result says so', async (_, said, reason, words) => {
    const who = harness.caller();
    const { json } = await answer({ [QUESTION]: said }, who);
    expect(json.result).toMatchObject({ resultType: 'complete', isError: true });
    expect(json.result.structuredContent).toMatchObject({ code: 'forbidden', status: 403 });
    expect(json.result.structuredContent.message).toContain(words);
    expect(sent()).toEqual([]);
    await expect
      .poll(() => trailOf(harness, who))
      .toEqual([refused('confirmation_required'), refused(reason)]);
  });

  test('a no stays a no: the same question cannot be answered with yes later', async () => {
    const requestState = stateIn(await ask());
    const say = (inputResponses: unknown) =>
      callInForm(harness, caller, 'delete_item', ITEM, { requestState, inputResponses });
    await say({ [QUESTION]: { action: 'decline' } });
    expect((await say(AGREED)).json.result.resultType).toBe('input_required');
    expect(sent()).toEqual([]);
  });

  test('a no is heard also when the rule was taken back meanwhile', async () => {
    const requestState = stateIn(await ask());
    await setRule(harness, 'delete_item', { connectorId: harness.connectorId });
    const { json } = await callInForm(harness, caller, 'delete_item', ITEM, {
      requestState,
      inputResponses: { [QUESTION]: { action: 'decline' } },
    });
    expect(json.result.isError).toBe(true);
    expect(sent()).toEqual([]);
  });

  test.each([
    ['no answers', undefined],
    ['an empty list of them', {}],
    ['the answer to another question', { another: { action: 'accept', content: { confirm: true } } }],
    ['an answer in a prototype', JSON.parse(`{"__proto__":${JSON.stringify(AGREED)}}`)],
    ['no action', { [QUESTION]: { content: { confirm: true } } }],
    ['an unknown action', { [QUESTION]: { action: 'accepted', content: { confirm: true } } }],
    ['no content', { [QUESTION]: { action: 'accept' } }],
    ['another field', { [QUESTION]: { action: 'accept', content: { agree: true } } }],
    ['a text for the tick', { [QUESTION]: { action: 'accept', content: { confirm: 'true' } } }],
    ['a list for the content', { [QUESTION]: { action: 'accept', content: [true] } }],
    ['a tick beside the content', { [QUESTION]: { action: 'accept', confirm: true } }],
    ['a wrapped answer', { [QUESTION]: { result: { action: 'accept', content: { confirm: true } } } }],
  ])('is asked again for %s', async (_, inputResponses) => {
    expect((await answer(inputResponses)).json.result.resultType).toBe('input_required');
    expect(sent()).toEqual([]);
  });

  test.each([
    ['an answer without a state', { inputResponses: AGREED }],
    ['a state that is not ours', { inputResponses: AGREED, requestState: 'theirs' }],
    ['a code in the place of the state', { inputResponses: AGREED, requestState: 'lkc1.AAAA' }],
  ])('is asked again for %s', async (_, round) => {
    const { json } = await callInForm(harness, caller, 'delete_item', ITEM, round);
    expect(json.result.resultType).toBe('input_required');
    expect(sent()).toEqual([]);
  });

  test('a code does not do for a client that shows forms: no model can give a word that a person has not', async () => {
    const code = codeIn(await callWithCode(harness, caller, 'delete_item', ITEM));
    const { json } = await callInForm(harness, caller, 'delete_item', { ...ITEM, _confirm: code });
    expect(json.result.resultType).toBe('input_required');
    expect(JSON.stringify(json.result.inputRequests)).not.toContain(code);
    expect(sent()).toEqual([]);
  });

  test('the state says nothing to who holds it', async () => {
    // Long enough that no random text has it by chance.
    const id = 'item-that-is-deleted';
    const state = stateIn(await callInForm(harness, caller, 'delete_item', { id }, { path: AT }));
    const octets = Buffer.from(state.slice('lkc1.'.length), 'base64url').toString('latin1');
    for (const told of [id, 'delete_item', caller.credential.keyId, caller.credential.actor.id, 'asked'])
      expect(octets + state).not.toContain(told);
  });

  test.each([
    ['forms', { elicitation: { form: {} } }, 'input_required'],
    ['elicitation without a mode, which means forms', { elicitation: {} }, 'input_required'],
    ['forms and addresses', { elicitation: { form: {}, url: {} } }, 'input_required'],
    ['addresses alone', { elicitation: { url: {} } }, 'complete'],
    ['nothing', {}, 'complete'],
    ['nonsense', { elicitation: true }, 'complete'],
  ])('only a client that declares it is asked so: %s', async (_, capabilities, resultType) => {
    const { json } = await callInForm(harness, caller, 'delete_item', ITEM, { capabilities });
    expect(json.result.resultType).toBe(resultType);
    expect(sent()).toEqual([]);
  });

  test('the trail tells a used state from an old and a changed one', async () => {
    const who = harness.caller();
    const state = stateIn(await callInForm(harness, who, 'delete_item', ITEM));
    const say = (requestState: string) =>
      callInForm(harness, who, 'delete_item', ITEM, { requestState, inputResponses: AGREED });
    await say(`${state}AAAA`);
    await say(state);
    await say(state);
    nowMs += 3_600_000;
    await say(state);
    await expect
      .poll(async () => (await trailOf(harness, who)).filter(([phase]) => phase === 'event'))
      .toEqual([
        refused('confirmation_required'),
        refused('confirmation_invalid'),
        refused('confirmation_used'),
        refused('confirmation_expired'),
      ]);
  });
});

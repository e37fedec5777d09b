import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AGREED,
  AT,
  type Caller,
  callInForm,
  callWithCode,
  codeIn,
  publishSearched,
  refused,
  sentBy,
  setRule,
  stateIn,
  trailOf,
} from './support/confirmations.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call } from './support/messages.ts';

const TEXT = 'Deleting cannot be undone. Go on?';
const GLOBEX_TEXT = 'Globex asks, too.';

let harness: Harness;
let caller: Caller;
let nowMs = Date.now();

beforeAll(async () => {
  harness = await startHarness({ clock: { nowMs: () => nowMs } });
  const searched = await publishSearched(harness);
  const { connectorId } = harness;
  await setRule(harness, 'delete_item', { connectorId, confirmation: TEXT });
  await setRule(harness, 'create_item', { connectorId, confirmation: TEXT });
  await setRule(harness, 'get_item', { connectorId, confirmation: 'Is it yours?' });
  await setRule(harness, 'delete_item', { connectorId: searched, confirmation: TEXT });
  await setRule(harness, 'delete_item', { connectorId, confirmation: GLOBEX_TEXT }, 'globex');
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

/** Both ways to ask and to say yes, for the attacks that both have to stand. */
const WAYS = [
  {
    way: 'in a form',
    how: 'form',
    ask: async (who: Caller, name: string, args: Record<string, unknown>, path = AT): Promise<string> =>
      stateIn(await callInForm(harness, who, name, args, { path })),
    say: (who: Caller, name: string, args: Record<string, unknown>, word: string, path = AT) =>
      callInForm(harness, who, name, args, { requestState: word, inputResponses: AGREED, path }),
    isAskedAgain: ({ json }: { json: { result: Record<string, unknown> } }) =>
      json.result['resultType'] === 'input_required',
  },
  {
    way: 'by code',
    how: 'code',
    ask: async (who: Caller, name: string, args: Record<string, unknown>, path = AT): Promise<string> =>
      codeIn(await callWithCode(harness, who, name, args, { path })),
    say: (who: Caller, name: string, args: Record<string, unknown>, word: string, path = AT) =>
      callWithCode(harness, who, name, { ...args, _confirm: word }, { path }),
    isAskedAgain: ({ json }: { json: { result: { structuredContent?: { code?: string } } } }) =>
      json.result.structuredContent?.code === 'confirmation_required',
  },
] as const;

describe.each(WAYS)('asked $way', ({ ask, how, isAskedAgain, say }) => {
  test('a tool is called once a person has agreed, and not before', async () => {
    const word = await ask(caller, 'delete_item', ITEM);
    expect(sent()).toEqual([]);
    const answer = await say(caller, 'delete_item', ITEM, word);
    expect(answer.json.result.isError).toBeUndefined();
    expect(sent()).toEqual(['DELETE /v1/items/i1']);
  });

  test('the upstream sees the arguments and nothing of ours', async () => {
    const args = { name: 'x', count: 2 };
    await say(caller, 'create_item', args, await ask(caller, 'create_item', args));
    expect(harness.upstream.received.map(({ body }) => JSON.parse(body.toString()))).toEqual([args]);
    expect(JSON.stringify(harness.upstream.received[0]?.headers)).not.toMatch(/confirm/i);
  });

  test('a word is good for one call', async () => {
    const word = await ask(caller, 'delete_item', ITEM);
    await say(caller, 'delete_item', ITEM, word);
    expect(isAskedAgain(await say(caller, 'delete_item', ITEM, word))).toBe(true);
    expect(sent()).toHaveLength(1);
  });

  test('of many calls with one word at once, one is made', async () => {
    const word = await ask(caller, 'delete_item', ITEM);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => say(caller, 'delete_item', ITEM, word)),
    );
    expect(answers.filter((answer) => isAskedAgain(answer))).toHaveLength(11);
    expect(sent()).toHaveLength(1);
  });

  test('the order of the arguments does not matter', async () => {
    const word = await ask(caller, 'create_item', { name: 'x', count: 2 });
    const answer = await say(caller, 'create_item', { count: 2, name: 'x' }, word);
    expect(isAskedAgain(answer)).toBe(false);
    expect(sent()).toHaveLength(1);
  });

  test.each([
    ['another value', { name: 'x', count: 3 }],
    ['the same value as text', { name: 'x', count: '2' }],
    ['one more', { name: 'x', count: 2, more: null }],
    ['one less', { name: 'x' }],
    ['a list of it', { name: ['x'], count: 2 }],
    ['a key that is a prototype', JSON.parse('{"name":"x","count":2,"__proto__":{"a":1}}')],
    ['keys in a prototype', JSON.parse('{"__proto__":{"name":"x","count":2}}')],
  ])('other arguments are asked about again: %s', async (_, args) => {
    const word = await ask(caller, 'create_item', { name: 'x', count: 2 });
    expect(isAskedAgain(await say(caller, 'create_item', args, word))).toBe(true);
    expect(sent()).toEqual([]);
  });

  test('of a key that stands twice, what was asked about is what is sent', async () => {
    const word = await ask(caller, 'create_item', { name: 'mine' });
    const twice = (first: string, second: string) => {
      const extra = how === 'code' ? { _confirm: word } : {};
      const marked = JSON.stringify({ name: 'MARK', ...extra });
      return marked.replace('"name":"MARK"', `"name":"${first}","name":"${second}"`);
    };
    const raw = async (text: string) => {
      const params =
        how === 'form'
          ? {
              requestState: word,
              inputResponses: AGREED,
              _meta: {
                'io.modelcontextprotocol/protocolVersion': '2026-07-28',
                'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
              },
            }
          : {};
      const message = JSON.stringify(
        call('tools/call', { ...params, name: 'create_item', arguments: 'HERE' }),
      ).replace('"HERE"', text);
      const version = how === 'form' ? '2026-07-28' : '2025-06-18';
      return harness.rpc(message, {
        path: AT,
        headers: {
          ...caller.bearer,
          'mcp-protocol-version': version,
          'mcp-method': 'tools/call',
          'mcp-name': 'create_item',
        },
      });
    };
    expect(isAskedAgain(await raw(twice('mine', 'other')))).toBe(true);
    expect(sent()).toEqual([]);
    await raw(twice('other', 'mine'));
    expect(harness.upstream.received.map(({ body }) => JSON.parse(body.toString()))).toEqual([
      { name: 'mine' },
    ]);
  });

  test('another tool is asked about by itself', async () => {
    const word = await ask(caller, 'delete_item', ITEM);
    expect(isAskedAgain(await say(caller, 'get_item', ITEM, word))).toBe(true);
    expect(sent()).toEqual([]);
  });

  test('the tool of that name of another connector is asked about by itself', async () => {
    const word = await ask(caller, 'delete_item', ITEM);
    const there = { name: 'delete_item', arguments: ITEM };
    const answer =
      how === 'form'
        ? await say(caller, 'call_write_tool', there, word, '/mcp/acme/c/searched')
        : await callWithCode(
            harness,
            caller,
            'call_write_tool',
            { ...there, arguments: { ...ITEM, _confirm: word } },
            { path: '/mcp/acme/c/searched' },
          );
    expect(isAskedAgain(answer)).toBe(true);
    expect(sent()).toEqual([]);
  });

  test.each([
    ['another person', {}],
    ['a person of another organisation', { org: 'globex' }],
    ['the same by another approval', { kind: 'token' }],
  ] as const)("%s cannot use somebody's word", async (_, options) => {
    const other = harness.caller(options);
    const path = 'org' in options ? '/mcp/globex/c/items' : AT;
    const word = await ask(caller, 'delete_item', ITEM);
    expect(isAskedAgain(await say(other, 'delete_item', ITEM, word, path))).toBe(true);
    expect(sent()).toEqual([]);
    // It is still the person's own.
    await say(caller, 'delete_item', ITEM, word);
    expect(sent()).toHaveLength(1);
  });

  test('a person with two keys has a word for each', async () => {
    const word = await ask(caller, 'delete_item', ITEM);
    const second = harness.caller();
    Object.assign(second.credential, { actor: caller.credential.actor });
    expect(isAskedAgain(await say(second, 'delete_item', ITEM, word))).toBe(true);
    expect(sent()).toEqual([]);
  });

  test('after ten minutes a word is good no more', async () => {
    const first = await ask(caller, 'delete_item', ITEM);
    nowMs += 599_000;
    await say(caller, 'delete_item', ITEM, first);
    expect(sent()).toHaveLength(1);
    const second = await ask(caller, 'delete_item', ITEM);
    nowMs += 600_000;
    expect(isAskedAgain(await say(caller, 'delete_item', ITEM, second))).toBe(true);
    expect(sent()).toHaveLength(1);
  });

  test('no word that was changed in any place is taken', async () => {
    const word = await ask(caller, 'delete_item', ITEM);
    const start = word.startsWith('lkc1.') ? 5 : 0;
    for (let at = start; at < word.length; at += how === 'form' ? 7 : 1) {
      const changed = `${word.slice(0, at)}${word[at] === 'A' ? 'B' : 'A'}${word.slice(at + 1)}`;
      expect(isAskedAgain(await say(caller, 'delete_item', ITEM, changed))).toBe(true);
    }
    for (const changed of [`${word}A`, `${word}=`, ` ${word}`, word.slice(0, -1), '', 'lkc1.', '__proto__'])
      expect(isAskedAgain(await say(caller, 'delete_item', ITEM, changed))).toBe(true);
    expect(sent()).toEqual([]);
    await say(caller, 'delete_item', ITEM, word);
    expect(sent()).toHaveLength(1);
  });

  test('a word for one text is not one for another: a changed text asks again', async () => {
    const { connectorId } = harness;
    const word = await ask(caller, 'delete_item', ITEM);
    await setRule(harness, 'delete_item', { connectorId, confirmation: 'Really?' });
    const answer = await say(caller, 'delete_item', ITEM, word);
    expect(isAskedAgain(answer)).toBe(true);
    expect(answer.text).toContain('Really?');
    expect(sent()).toEqual([]);
  });

  test('a rule that was taken back asks nobody, and what was asked for it goes through', async () => {
    const { connectorId } = harness;
    const word = await ask(caller, 'delete_item', ITEM);
    await setRule(harness, 'delete_item', { connectorId });
    expect((await say(caller, 'delete_item', ITEM, word)).json.result.isError).toBeUndefined();
    expect((await callWithCode(harness, caller, 'delete_item', ITEM)).json.result.isError).toBeUndefined();
    expect(sent()).toEqual(['DELETE /v1/items/i1', 'DELETE /v1/items/i1']);
  });

  test('who may only read is not asked, and a word does not help', async () => {
    const word = await ask(caller, 'delete_item', ITEM);
    for (const reader of [harness.caller({ access: 'read' }), harness.caller({ role: 'viewer' })]) {
      const answer = await say(reader, 'delete_item', ITEM, word);
      expect(answer.json.result.structuredContent.code).toBe('not_found');
      expect(answer.text).not.toContain(TEXT);
    }
    expect(sent()).toEqual([]);
  });

  test.each([
    ['switched off', { enabled: false }],
    ['of another role', { roles: ['owner' as const] }],
  ])('a tool that is %s is not asked about', async (_, rule) => {
    const { connectorId } = harness;
    const word = await ask(caller, 'delete_item', ITEM);
    await setRule(harness, 'delete_item', { connectorId, confirmation: TEXT, ...rule });
    const answer = await say(caller, 'delete_item', ITEM, word);
    expect(answer.json.result.structuredContent.code).toBe('not_found');
    expect(answer.text).not.toContain(TEXT);
    expect(sent()).toEqual([]);
  });

  test('through call_write_tool the same is asked, and the word is good there', async () => {
    const path = '/mcp/acme/c/searched';
    const through = (args: Record<string, unknown>) => ({ name: 'delete_item', arguments: args });
    if (how === 'form') {
      const word = await ask(caller, 'call_write_tool', through(ITEM), path);
      await say(caller, 'call_write_tool', through(ITEM), word, path);
    } else {
      const word = await ask(caller, 'call_write_tool', through(ITEM), path);
      await callWithCode(harness, caller, 'call_write_tool', through({ ...ITEM, _confirm: word }), { path });
    }
    expect(sent()).toEqual(['DELETE /v1/items/i1']);
  });

  test('the trail says that it was asked, and how it was confirmed', async () => {
    const who = harness.caller();
    const word = await ask(who, 'delete_item', ITEM);
    await expect.poll(() => trailOf(harness, who)).toEqual([refused('confirmation_required')]);
    await say(who, 'delete_item', ITEM, word);
    await expect
      .poll(() => trailOf(harness, who))
      .toEqual([
        refused('confirmation_required'),
        ['intent', null, { connector: 'items', confirmed: how }],
        ['outcome', 'ok', { connector: 'items', confirmed: how }],
      ]);
  });

  test('each round counts against the limit', async () => {
    const tight = await startHarness({ perKey: { limit: 3, windowSeconds: 60 } });
    try {
      await setRule(tight, 'delete_item', { connectorId: tight.connectorId, confirmation: TEXT });
      const who = tight.caller();
      const statuses: number[] = [];
      for (let round = 0; round < 4; round += 1) {
        const answer =
          how === 'form'
            ? await callInForm(tight, who, 'delete_item', ITEM)
            : await callWithCode(tight, who, 'delete_item', ITEM);
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([200, 200, 200, 429]);
    } finally {
      await tight.close();
    }
  });
});

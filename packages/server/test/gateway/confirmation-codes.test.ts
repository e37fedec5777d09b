import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AT,
  type Caller,
  callWithCode,
  codeIn,
  publishSearched,
  sentBy,
  setRule,
} from './support/confirmations.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call } from './support/messages.ts';
import { expectValid } from './support/schema.ts';

const TEXT = 'Deleting cannot be undone. Go on?';

let harness: Harness;
let caller: Caller;
let nowMs = Date.now();

beforeAll(async () => {
  harness = await startHarness({ clock: { nowMs: () => nowMs } });
  const searched = await publishSearched(harness);
  const { connectorId } = harness;
  await setRule(harness, 'create_item', { connectorId, confirmation: TEXT });
  await setRule(harness, 'get_item', { connectorId, confirmation: 'Is it yours?' });
  await setRule(harness, 'delete_item', { connectorId: searched, confirmation: TEXT });
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

describe('asked by code', () => {
  test.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'])(
    'a client of %s is told what to show and what to give back',
    async (revision) => {
      const first = await callWithCode(harness, caller, 'delete_item', ITEM, { revision });
      const { result } = first.json;
      expect(result.isError).toBe(true);
      expectValid(revision, 'CallToolResult', result);
      const told = JSON.parse(result.content[0].text);
      expect(told).toMatchObject({
        code: 'confirmation_required',
        message: expect.stringContaining(`${TEXT}\n\nTool: Delete an item (delete_item) of Items`),
        expires_in_seconds: 600,
        request_id: first.headers['x-request-id'],
        hint: expect.stringContaining('_confirm'),
      });
      expect(result.structuredContent).toEqual(revision < '2025-06-18' ? undefined : told);
      expect(sent()).toEqual([]);
      const args = { ...ITEM, _confirm: told.confirmation_code };
      await callWithCode(harness, caller, 'delete_item', args, { revision });
      expect(sent()).toEqual(['DELETE /v1/items/i1']);
    },
  );

  test.each([
    ['true', true],
    ['a list', ['x']],
    ['an object', { code: 'x' }],
    ['yes', 'yes'],
    ['a number', 1],
  ])('%s is no code', async (_, given) => {
    const { json } = await callWithCode(harness, caller, 'delete_item', { ...ITEM, _confirm: given });
    expect(json.result.structuredContent).toMatchObject({
      code: 'confirmation_required',
      hint: expect.stringContaining('That code is not for this call'),
    });
    expect(sent()).toEqual([]);
  });

  test('what is wrong with a code is said', async () => {
    const code = codeIn(await callWithCode(harness, caller, 'delete_item', ITEM));
    const say = async () => {
      const { json } = await callWithCode(harness, caller, 'delete_item', { ...ITEM, _confirm: code });
      return json.result.structuredContent?.hint;
    };
    await say();
    expect(await say()).toContain('was used before');
    nowMs += 600_000;
    expect(await say()).toContain('has expired');
    expect(sent()).toHaveLength(1);
  });

  test('a code that cannot be looked up in time is not taken, and nothing is sent', async () => {
    const code = codeIn(await callWithCode(harness, caller, 'delete_item', ITEM));
    const lock = await harness.store.pool.connect();
    try {
      await lock.query('begin; lock table used_ids');
      const answer = await callWithCode(harness, caller, 'delete_item', { ...ITEM, _confirm: code });
      expect(answer.text).toContain('The confirmation cannot be checked at the moment. Try again.');
    } finally {
      lock.release(true);
    }
    expect(sent()).toEqual([]);
  });

  test('in a batch each call is asked about', async () => {
    const message = (id: number) => call('tools/call', { name: 'delete_item', arguments: ITEM }, id);
    const { json } = await harness.rpc([message(1), message(2)], {
      path: AT,
      headers: { ...caller.bearer, 'mcp-protocol-version': '2025-03-26' },
    });
    for (const { result } of json)
      expect(JSON.parse(result.content[0].text).code).toBe('confirmation_required');
    expect(sent()).toEqual([]);
  });

  test('a code for a rule that is gone is not passed on', async () => {
    const { connectorId } = harness;
    const args = { name: 'x' };
    const code = codeIn(await callWithCode(harness, caller, 'create_item', args));
    await setRule(harness, 'create_item', { connectorId });
    await callWithCode(harness, caller, 'create_item', { ...args, _confirm: code });
    expect(harness.upstream.received.map(({ body }) => JSON.parse(body.toString()))).toEqual([args]);
    await setRule(harness, 'create_item', { connectorId, confirmation: TEXT });
  });
});

describe('what is listed', () => {
  const listed = async (path: string, name: string) => {
    const { json } = await harness.rpc(call('tools/list'), { path, headers: caller.bearer });
    return json.result.tools.find((tool: { name: string }) => tool.name === name);
  };

  test('says that the tool asks, and takes the code', async () => {
    const asks = await listed(AT, 'delete_item');
    expect(asks.description).toMatch(/Asks a person to agree before it does anything\.$/);
    expect(asks.inputSchema.properties['_confirm']).toMatchObject({ type: 'string' });
    expect(asks.inputSchema.required).toEqual(['id']);
    const free = await listed(AT, 'list_items');
    expect(JSON.stringify(free)).not.toMatch(/_confirm|Asks a person/);
  });

  test('by search and description says the same', async () => {
    const own = async (name: string, args: unknown) => {
      const { json } = await harness.rpc(call('tools/call', { name, arguments: args }), {
        path: '/mcp/acme/c/searched',
        headers: caller.bearer,
      });
      return JSON.parse(json.result.content[0].text).tools[0];
    };
    expect((await own('search_tools', { query: 'delete an item' })).signature).toBe(
      'delete_item(id: string, _confirm?: string)',
    );
    const described = await own('describe_tools', { names: ['delete_item'] });
    expect(described.inputSchema.properties['_confirm']).toMatchObject({ type: 'string' });
    expect(described.description).toContain('Asks a person to agree');
  });
});

test('a read that has to be agreed to answers with no link that would repeat it without', async () => {
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/zip' }).end(Buffer.alloc(200_000, 7));
  });
  const read = async (name: string) => {
    const first = await callWithCode(harness, caller, name, ITEM);
    const code = first.json.result.structuredContent?.confirmation_code;
    return code === undefined
      ? first.text
      : (await callWithCode(harness, caller, name, { ...ITEM, _confirm: code })).text;
  };
  const { connectorId } = harness;
  expect(await read('get_item')).not.toContain('/downloads/');
  await setRule(harness, 'get_item', { connectorId });
  const free = await read('get_item');
  const link = /\/downloads\/[\w-]+/.exec(free)?.[0] ?? '';
  expect((await harness.send('GET', link, { headers: caller.bearer })).status).toBe(200);
  await setRule(harness, 'get_item', { connectorId, confirmation: 'Is it yours?' });
  expect((await harness.send('GET', link, { headers: caller.bearer })).status).toBe(404);
});

test('the REST door does not ask', async () => {
  const { status } = await harness.send('DELETE', '/api/items/items/i1', { headers: caller.bearer });
  expect(status).toBe(200);
  expect(sent()).toEqual(['DELETE /v1/items/i1']);
});

import { describe, expect, test } from 'vitest';
import { readSnapshot } from './snapshot.ts';

const face = {
  title: 'Get stock',
  description: 'How many there are.',
  access: 'read',
  annotations: {},
  tags: ['stock'],
  inputSchema: { type: 'object', properties: {} },
};
const ofApi = {
  name: 'shop_get_stock',
  aliases: ['get_stock'],
  connector: 'shop',
  through: 'api',
  tool: { ...face, binding: { method: 'GET', path: '/stock', parameters: [] } },
};
const ofServer = { name: 'desk_find', connector: 'desk', through: 'mcp', tool: face };
const WHOLE = {
  snapshotVersion: 1,
  hash: 'abc',
  server: { name: 'acme', title: 'Acme', version: '1' },
  instructions: '',
  access: 'read',
  mode: 'full',
  pinned: ['shop_get_stock'],
  apis: [{ name: 'shop' }],
  tools: [ofApi, ofServer],
};

test('a snapshot is taken as it came', () => {
  expect(readSnapshot(WHOLE)).toEqual({ ok: true, value: WHOLE });
});

describe('what is no snapshot is refused with a sentence that says where', () => {
  test.each<[string, unknown]>([
    ['it is no JSON object', []],
    ['its snapshotVersion is missing, and 1 is what is understood', {}],
    ['its snapshotVersion is 2, and 1 is what is understood', { ...WHOLE, snapshotVersion: 2 }],
    ['it has no hash', { ...WHOLE, hash: 7 }],
    ['it has no instructions', { ...WHOLE, instructions: null }],
    ['its access is neither read nor full', { ...WHOLE, access: 'all' }],
    ['its mode is neither full nor search', { ...WHOLE, mode: 'some' }],
    ['it does not say whose it is', { ...WHOLE, server: { ...WHOLE.server, name: 7 } }],
    ['it does not say whose it is', { ...WHOLE, server: { ...WHOLE.server, title: undefined } }],
    ['it does not say whose it is', { ...WHOLE, server: { ...WHOLE.server, version: 1 } }],
    ['it is not complete', { ...WHOLE, pinned: [7] }],
    ['it is not complete', { ...WHOLE, apis: [{}] }],
    ['it has no list of tools', { ...WHOLE, tools: {} }],
  ])('%s', (error, value) => {
    expect(readSnapshot(value)).toEqual({ ok: false, error });
  });

  const ofTool = (changed: object) => ({ ...ofServer, tool: { ...face, ...changed } });
  const ofBinding = (changed: object) => ({
    ...ofApi,
    tool: { ...ofApi.tool, binding: { ...ofApi.tool.binding, ...changed } },
  });
  test.each<[string, unknown]>([
    ['nothing', null],
    ['without a name', { ...ofServer, name: undefined }],
    ['of no connector', { ...ofServer, connector: 7 }],
    ['without a tool', { ...ofServer, tool: 'find' }],
    ['reached in a way that nobody knows', { ...ofServer, through: 'ftp' }],
    ['with aliases that are no texts', { ...ofServer, aliases: [7] }],
    ['without a title', ofTool({ title: undefined })],
    ['without a description', ofTool({ description: 7 })],
    ['without annotations', ofTool({ annotations: null })],
    ['of another access', ofTool({ access: 'write' })],
    ['with tags that are no texts', ofTool({ tags: [7] })],
    ['without an input schema', ofTool({ inputSchema: true })],
    ['whose input has no properties', ofTool({ inputSchema: { type: 'object' } })],
    ['of an API, and bound to nothing', { ...ofApi, tool: face }],
    ['without a method', ofBinding({ method: 7 })],
    ['at an address that is no path', ofBinding({ path: 'https://elsewhere.example/' })],
    ['with parameters that are no objects', ofBinding({ parameters: ['id'] })],
  ])('a tool %s', (_, broken) => {
    const refused = readSnapshot({ ...WHOLE, tools: [ofApi, broken] });
    expect(refused).toEqual({ ok: false, error: 'its tool 1 cannot be read' });
  });
});

import { expect, test } from 'vitest';
import type { ImportSettings } from '../api/imports.ts';
import { addTo, isEmpty, NO_PATCH, patched, without } from './patch.ts';

const SETTINGS: ImportSettings = {
  slug: 'shop',
  name: 'Shop',
  base_url: 'https://api.example.test',
  include: [],
  exclude: [],
  deprecated: false,
  operations: { 'GET /a': { include: false }, 'GET /b': { title: 'B' } },
  mode: 'auto',
  pinned: [],
  toolsets: null,
  docs_url: null,
  server_hosts: [],
  security: null,
  new_write_tools: 'wait',
  overlay: null,
};

test('what was changed goes over the settings, and nothing else of them changes', () => {
  const patch = addTo(addTo(NO_PATCH, { fields: { name: 'Our shop' } }), {
    operations: { 'GET /a': null, 'POST /c': { access: 'read', reason: 'It searches.' } },
  });
  expect(patched(SETTINGS, patch)).toEqual({
    ...SETTINGS,
    name: 'Our shop',
    operations: { 'GET /b': { title: 'B' }, 'POST /c': { access: 'read', reason: 'It searches.' } },
  });
});

test('what was typed while it was being saved is still to be saved', () => {
  const choice = { include: false };
  const sent = addTo(NO_PATCH, { fields: { name: 'O', slug: 'o' }, operations: { 'GET /a': choice } });
  const now = addTo(sent, { fields: { name: 'Our' }, operations: { 'GET /b': null } });
  expect(without(now, sent)).toEqual({ fields: { name: 'Our' }, operations: { 'GET /b': null } });
  expect(isEmpty(without(sent, sent))).toBe(true);
  expect(isEmpty(now)).toBe(false);
});

test('an operation with the name of something that every object has is an operation', () => {
  const patch = addTo(NO_PATCH, { operations: { constructor: { include: false } } });
  expect(patched(SETTINGS, patch).operations['constructor']).toEqual({ include: false });
  expect(without(patch, NO_PATCH)).toEqual(patch);
});

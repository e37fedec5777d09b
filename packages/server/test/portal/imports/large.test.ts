import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corpusDocument } from '../../../../tools/test/corpus.ts';
import { openImports, type OpenedImports } from './open-imports.ts';

let opened: OpenedImports;
beforeAll(async () => {
  opened = await openImports();
});
afterAll(() => opened.close());

test('a document of 13 MB goes from upload to publication, while the service answers', async (context) => {
  const { bytes } = corpusDocument('github', context);
  const admin = await opened.admin();
  const made = await admin.upload(bytes, { query: '?file_name=github.json' });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ state: 'checking', document: { bytes: bytes.byteLength } });
  expect((await admin.get('/imports')).status).toBe(200);
  const view = await admin.settled(String(made.body?.['id']));
  expect(view).toMatchObject({ state: 'ready', blockers: [], report: { mode: 'search', operations: 1223 } });
  const diff = await admin.get(`/imports/${view.id}/diff`);
  const newWrites = diff.body?.['new_write_tools'] as string[];
  expect(newWrites.length).toBeGreaterThan(500);
  const published = await admin.publish(view, { ticked: newWrites });
  expect([published.status, published.body]).toMatchObject([200, { version: 1, waiting: [] }]);
  const { body } = await admin.get(`/connectors/${String(published.body?.['connector'])}`);
  expect(body).toMatchObject({ tools: { waiting: 0 }, version: 1 });
});

describe.each(['spotify', 'stripe', 'notion'])('the description of %s', (id) => {
  test('is checked, described and compared', async (context) => {
    const { bytes } = corpusDocument(id, context);
    const admin = await opened.admin();
    const view = await admin.uploaded(bytes);
    expect(view.state).toBe('ready');
    for (const part of ['operations', 'problems', 'preview', 'diff'])
      expect((await admin.get(`/imports/${view.id}/${part}`)).status).toBe(200);
  });
});

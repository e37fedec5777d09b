import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyDeclared } from '../src/declared.ts';
import { startDemo, type RunningDemo } from './support/app.ts';

let demo: RunningDemo;
let folder: string;
beforeAll(async () => {
  demo = await startDemo();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-declared-'));
});
afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

test('processes that start at the same moment all find what they declare, made once', async () => {
  const document = { openapi: '3.1.0', info: { title: 'Tiny', version: '1' }, paths: {} };
  await writeFile(join(folder, 'tiny.json'), JSON.stringify(document));
  const slugs = ['initech', 'hooli', 'umbrella'];
  const path = join(folder, 'latchkey.json');
  const declared = {
    organisations: slugs.map((slug) => ({ slug, name: slug, token_mode: 'key', refresh_days: 7 })),
    connectors: [{ slug: 'tiny', name: 'Tiny', document: 'tiny.json', base_url: 'http://127.0.0.1:9' }],
  };
  await writeFile(path, JSON.stringify(declared));
  const { people, publishMcp, setCredential, store } = demo.latchkey;
  // A connection for each, so that nobody waits for another.
  await Promise.all(Array.from({ length: 8 }, () => store.pool.query('select pg_sleep(0.1)')));
  const applied = await Promise.all(
    Array.from({ length: 8 }, () =>
      applyDeclared(path, { people, publishMcp, setCredential, store, say: () => {} }),
    ),
  );
  expect(applied).toEqual(applied.map(() => ({ ok: true, value: undefined })));
  const { rows } = await store.pool.query(
    'select slug, token_mode, refresh_days from organisations where slug = any($1) order by slug',
    [slugs],
  );
  expect(rows).toEqual(
    slugs
      .toSorted((a, b) => a.localeCompare(b))
      .map((slug) => ({ slug, token_mode: 'key', refresh_days: 7 })),
  );
});

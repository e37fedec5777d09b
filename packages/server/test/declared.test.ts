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

test('what the file declares is the operator’s to rename and delete, until the file names it no more', async () => {
  const path = join(folder, 'declared-organisations.json');
  const { people, publishMcp, setCredential, store } = demo.latchkey;
  const applyNow = async (slugs: string[]) => {
    const organisations = slugs.map((slug) => ({ slug, name: slug }));
    await writeFile(path, JSON.stringify({ organisations }));
    return applyDeclared(path, { people, publishMcp, setCredential, store, say: () => {} });
  };
  const isDeclared = async (slug: string) => (await store.people.findOrganisationBySlug(slug))?.declared;
  expect(await applyNow(['wonka', 'tyrell'])).toEqual({ ok: true, value: undefined });
  expect([await isDeclared('wonka'), await isDeclared('tyrell')]).toEqual([true, true]);
  expect(await applyNow(['wonka'])).toEqual({ ok: true, value: undefined });
  expect([await isDeclared('wonka'), await isDeclared('tyrell')]).toEqual([true, false]);

  const orgId = (await store.people.findOrganisationBySlug('tyrell'))?.id;
  if (orgId === undefined) throw new Error('there is no organisation');
  await store.organisationSlugs.change(orgId, { from: 'tyrell', to: 'wallace', aliasDays: 30 });
  const refused = await applyNow(['wonka', 'tyrell']);
  expect(refused).toEqual({
    ok: false,
    error: expect.stringContaining('organisation tyrell: this was the address of'),
  });
});

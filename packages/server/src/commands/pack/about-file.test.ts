import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAboutFile } from './about-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-about-'));
  await writeFile(join(folder, 'icon.png'), Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  await writeFile(
    join(folder, 'large.png'),
    Buffer.concat([Buffer.from('\x89PNG'), Buffer.alloc(1024 * 1024)]),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: unknown) {
  const path = join(folder, 'about.yaml');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readAboutFile(path);
}

test('everything may be left out', async () => {
  expect(await read('')).toEqual({ ok: true, value: { version: '1.0.0', keywords: [], prompts: [] } });
  expect(await readAboutFile(undefined)).toEqual(await read(''));
});

test('a description over several lines is one paragraph, and the icon is read from beside the file', async () => {
  const about = await read('description: |\n  Contacts\n  and deals.\nicon: ./icon.png\n');
  expect(about).toMatchObject({
    ok: true,
    value: { description: 'Contacts and deals.', icon: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') },
  });
});

test.each<[string, unknown, string]>([
  ['a title of two lines', { title: 'Acme\nCRM' }, 'title'],
  ['a title with a control character', { title: 'Acme\u0007' }, 'title'],
  ['a title that turns writing around', { title: 'Acme \u202Emrc' }, 'title'],
  ['a title that is only blank', { title: ' ' }, 'title'],
  ['an endless description', { description: 'word '.repeat(1000) }, 'description'],
  ['a link that runs a script', { privacy_policy: 'javascript:alert(1)' }, 'privacy_policy'],
  ['a link with a password', { homepage: 'https://me:secret@acme.test' }, 'homepage'],
  ['support that is neither', { support: 'call us' }, 'support'],
  ['an author without a name', { author: { email: 'a@acme.test' } }, 'author'],
  ['a version that is a path', { version: '../../1.0.0' }, 'version'],
  ['a licence with mark-up', { license: '<b>MIT</b>' }, 'license'],
  ['a field that there is not', { secret: 'x' }, 'secret'],
  ['an icon that is not there', { icon: './missing.png' }, 'missing.png cannot be read'],
  ['an icon that is no picture', { icon: './about.yaml' }, 'no PNG'],
  ['an icon of more than 1 MB', { icon: './large.png' }, '1 MB'],
  ['a list', [1], 'about.yaml'],
  ['no YAML', 'a: [', 'about.yaml'],
])('%s is refused, and the field is named', async (_, about, said) => {
  expect(await read(about)).toEqual({ ok: false, error: expect.stringContaining(said) as string });
});

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectDocumented, type Answer } from './support/call.ts';
import { operationOf } from './support/document.ts';
import { at, textAt } from './support/json.ts';
import { NO_SUCH, statusesOf } from './support/make.ts';
import { startWorld, type Caller, type World } from './support/world.ts';

const MIB = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function form(...parts: [name: string, value: string | Blob, filename?: string][]): FormData {
  const data = new FormData();
  for (const [name, value, filename] of parts) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, value, filename);
  }
  return data;
}

const video = (bytes: Uint8Array<ArrayBuffer> = new Uint8Array([1, 2, 3]), type = 'video/mp4') =>
  new Blob([bytes], { type });

describe('media', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  describe('as a form', () => {
    test('a file is taken with its type, size and digest', async () => {
      const { full } = world.organisation();
      const bytes = new Uint8Array(2 * MIB).fill(7);
      const body = form(['title', 'Größe'], ['file', video(bytes), 'größe.mp4']);
      const answer = await full('upload_media', { body });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({
        filename: 'größe.mp4',
        title: 'Größe',
        content_type: 'video/mp4',
        size_bytes: 2 * MIB,
        status: 'ready',
        sha256: sha256(bytes),
      });
      const shown = await full('get_media', { path: { media_id: textAt(answer.body, 'id') } });
      expect(shown.body).toEqual(answer.body);
    });

    test('the largest file is taken, and one byte more is 413', async () => {
      const { full } = world.organisation();
      const most = new Uint8Array(10 * MIB);
      expect((await full('upload_media', { body: form(['file', video(most), 'a.mp4']) })).status).toBe(201);
      const more = new Uint8Array(10 * MIB + 1);
      expect((await full('upload_media', { body: form(['file', video(more), 'a.mp4']) })).status).toBe(413);
      const far = new Uint8Array(12 * MIB);
      expect((await full('upload_media', { body: form(['file', video(far), 'a.mp4']) })).status).toBe(413);
    });

    test.each(['text/html', 'application/octet-stream', 'image/svg+xml', 'video/mp4x'])(
      'a file of the type %s is 415',
      async (type) => {
        const body = form(['file', video(new Uint8Array([1]), type), 'a.mp4']);
        expect((await world.organisation().full('upload_media', { body })).status).toBe(415);
      },
    );

    test.each<[string, FormData, string]>([
      ['no file', form(['title', 'x']), 'file'],
      ['text where the file belongs', form(['file', 'x']), 'file'],
      ['an empty file', form(['file', video(new Uint8Array()), 'a.mp4']), 'file'],
      ['an unknown part', form(['file', video(), 'a.mp4'], ['org_id', 'org_acme']), 'org_id'],
      ['two titles', form(['file', video(), 'a.mp4'], ['title', 'x'], ['title', 'y']), 'title'],
      ['two files', form(['file', video(), 'a.mp4'], ['file', video(), 'b.mp4']), ''],
      ['a title that is too long', form(['file', video(), 'a.mp4'], ['title', 'x'.repeat(121)]), 'title'],
    ])('a form with %s is 422', async (_what, body, field) => {
      const answer = await world.organisation().full('upload_media', { body });
      expect(answer.status).toBe(422);
      expect(at(answer.body, 'errors', 0)).toMatchObject({
        in: 'body',
        field: expect.stringContaining(field),
      });
    });

    test('a path in the file name is left out', async () => {
      const body = form(['file', video(), '../../etc/passwd.mp4']);
      const answer = await world.organisation().full('upload_media', { body });
      expect(textAt(answer.body, 'filename')).toBe('passwd.mp4');
    });

    test.each([
      ['without a boundary', 'multipart/form-data', 'x', 400],
      ['that ends in the middle', 'multipart/form-data; boundary=b', halfForm(), 400],
      ['that is empty', 'multipart/form-data; boundary=b', '', 400],
      ['of another type', 'application/json', '{}', 415],
    ])('a body %s is refused', async (_what, type, body, status) => {
      const answer = await world
        .organisation()
        .full('upload_media', { body, headers: { 'content-type': type } });
      expect(answer.status).toBe(status);
    });

    test('nothing refused is kept', async () => {
      const { full } = world.organisation();
      await full('upload_media', { body: form(['file', video(new Uint8Array([1]), 'text/html'), 'a.mp4']) });
      await full('upload_media', { body: form(['file', video(new Uint8Array(10 * MIB + 1)), 'a.mp4']) });
      expect((await full('list_media')).body).toMatchObject({ data: [{ filename: 'welcome.mp4' }] });
    });
  });

  describe('by upload URL', () => {
    const bytes = new Uint8Array(100_000).fill(9);
    const announce = async (full: Caller) =>
      (
        await full('create_media_upload', {
          json: { filename: 'a.mp4', content_type: 'video/mp4', size_bytes: bytes.length },
        })
      ).body;
    const put = async (url: string, body: Uint8Array<ArrayBuffer>, type = 'video/mp4'): Promise<Answer> =>
      expectDocumented(
        operationOf('upload_media_content'),
        await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } }),
      );

    test('the bytes are sent without any other credential, and the medium is ready', async () => {
      const { full } = world.organisation();
      const upload = await announce(full);
      const path = { media_id: textAt(upload, 'media_id') };
      expect((await full('get_media', { path })).body).toMatchObject({
        status: 'awaiting_upload',
        sha256: null,
      });
      const done = await put(textAt(upload, 'upload_url'), bytes);
      expect(done.status).toBe(200);
      expect(done.body).toMatchObject({ id: path.media_id, status: 'ready', sha256: sha256(bytes) });
      expect((await full('get_media', { path })).body).toEqual(done.body);
    });

    test('the URL works once, also for several at the same moment', async () => {
      const upload = await announce(world.organisation().full);
      const url = textAt(upload, 'upload_url');
      const answers = await Promise.all(Array.from({ length: 5 }, () => put(url, bytes)));
      expect(statusesOf(answers)).toEqual([200, 409, 409, 409, 409]);
    });

    test('the URL ends after 15 minutes', async () => {
      const upload = await announce(world.organisation().full);
      const url = textAt(upload, 'upload_url');
      world.advanceSeconds(15 * 60);
      expect((await put(url, bytes)).body).toMatchObject({ status: 403, code: 'invalid_upload_token' });
    });

    test('the token opens only the file that it was made for', async () => {
      const { full } = world.organisation();
      const [one, other] = [await announce(full), await announce(full)];
      const url = new URL(textAt(one, 'upload_url'));
      url.pathname = `/media/uploads/${textAt(other, 'media_id')}`;
      expect((await put(url.href, bytes)).status).toBe(403);
    });

    test('a token with a changed organisation, a changed end, or no signature is refused', async () => {
      const upload = await announce(world.organisation().full);
      const url = new URL(textAt(upload, 'upload_url'));
      const [payload = '', signature = ''] = (url.searchParams.get('token') ?? '').split('.');
      const permit: object = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      for (const token of [
        `${encode({ ...permit, orgId: 'org_other' })}.${signature}`,
        `${encode({ ...permit, expiresAtMs: 9e15 })}.${signature}`,
        payload,
        `${payload}.`,
        `.${signature}`,
        'x',
      ]) {
        url.searchParams.set('token', token);
        expect((await put(url.href, bytes)).status).toBe(403);
      }
    });

    test('another type than announced is 415, another size 413 or 422, and the URL stays good', async () => {
      const upload = await announce(world.organisation().full);
      const url = textAt(upload, 'upload_url');
      expect((await put(url, bytes, 'image/png')).status).toBe(415);
      expect((await put(url, new Uint8Array(bytes.length + 1))).status).toBe(413);
      expect((await put(url, new Uint8Array(bytes.length - 1))).status).toBe(422);
      expect((await put(url, bytes)).status).toBe(200);
    });

    test('an announcement of another type, of nothing, or of too much is refused', async () => {
      const { full } = world.organisation();
      const good = { filename: 'a.mp4', content_type: 'video/mp4', size_bytes: 1 };
      for (const [field, json] of Object.entries({
        content_type: { ...good, content_type: 'text/html' },
        size_bytes: { ...good, size_bytes: 50 * MIB + 1 },
        filename: { ...good, filename: '' },
      })) {
        const answer = await full('create_media_upload', { json });
        expect(answer.status).toBe(422);
        expect(at(answer.body, 'errors', 0, 'field')).toBe(field);
      }
    });
  });

  test('a medium that is not there is 404', async () => {
    const { full } = world.organisation();
    for (const media_id of [NO_SUCH.media_id, 'uploads']) {
      expect((await full('get_media', { path: { media_id } })).status).toBe(404);
    }
  });
});

function halfForm(): string {
  return '--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\nabc';
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { compileCatalogue, createSender, prepareRequest } from '@latchkey/tools';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goodClaims } from './support/issuer.ts';
import { startWorld, type World } from './support/world.ts';

const DOCUMENT = new URL('../../src/demo/reelport/openapi.yaml', import.meta.url);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test('what a tool call makes of a file is an upload that an API takes, byte for byte', async () => {
  const compiled = compileCatalogue(await readFile(DOCUMENT));
  if (!compiled.ok) throw new Error(compiled.error.message);
  const tool = compiled.value.tools.find(({ name }) => name === 'upload_media');
  if (tool === undefined) throw new Error('There is no such tool.');
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
  const file = { data: bytes.toString('base64'), name: 'größe 1.mp4', mimeType: 'video/webm' };
  const request = prepareRequest(tool, { title: 'Größe -- "x"', file });
  if (!request.ok) throw new Error(JSON.stringify(request.error));

  const sender = createSender();
  const answer = await sender.send({
    baseUrl: world.url,
    request: request.value,
    headers: { authorization: `Bearer ${await world.issuer.sign(goodClaims())}` },
  });
  await sender.close();
  if (!answer.ok) throw new Error(answer.error.message);
  expect([answer.value.status, JSON.parse(answer.value.body.toString())]).toMatchObject([
    201,
    {
      filename: 'größe 1.mp4',
      title: 'Größe -- "x"',
      content_type: 'video/webm',
      size_bytes: 100_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  ]);
});

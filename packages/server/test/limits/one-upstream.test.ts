import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, type Service } from '../telemetry/support/service.ts';

// Many who call one API: who waits for its turn waits where turns are by organisation, and nowhere behind that.
let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

test('as many calls of one API are under way as may be at once, and nobody else waits for them to end', async () => {
  const held: ServerResponse[] = [];
  service.upstream.answer((req, res) => {
    if (req.url?.startsWith('/v1/items/') === true) res.end('{"id":1}');
    else held.push(res);
  });
  const slow = Array.from({ length: 250 }, () => service.call('list_items', {}, service.keys.read));
  try {
    await expect.poll(() => held.length, { timeout: 20_000 }).toBe(slow.length);
    const other = await service.call('get_item', { id: '1' }, service.keys.full);
    expect(await other.text()).toContain('\\"id\\":1');
  } finally {
    for (const res of held) res.end('[]');
  }
  for (const answer of await Promise.all(slow)) expect(answer.status).toBe(200);
});

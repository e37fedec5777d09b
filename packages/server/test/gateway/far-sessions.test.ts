import { afterEach, expect, test } from 'vitest';
import { createSessionIds } from '../../src/gateway/streams/session-ids.ts';
import type { NodeMail } from '../../src/nodes/node-mail.ts';
import { OBEDIENT } from '../upstreams/support/programs.ts';
import { toolCall } from './support/messages.ts';
import { startSessions } from './support/sessions.ts';

let sessions: Awaited<ReturnType<typeof startSessions>> | undefined;
afterEach(() => sessions?.close());

/** Says something on a session of another node, which does that. */
async function sayAt(ask: NodeMail['ask']) {
  sessions = await startSessions({ tool: OBEDIENT }, { ask, limits: { farMs: 50 } });
  const { principal, who } = sessions.person();
  const id = createSessionIds({ nodeId: 'there', key: Buffer.alloc(32, 7) }).issue(principal);
  const headers = { ...who, accept: 'application/json', 'mcp-session-id': id };
  return { answer: await sessions.send('POST', '/tool', headers, toolCall('change')), ended: sessions.ended };
}

test('a node that is gone had no session: its client begins another, and nothing was sent', async () => {
  const { answer, ended } = await sayAt(async () => undefined);
  expect(answer).toMatchObject({ status: 404, json: { error: { message: 'Session not found' } } });
  expect(ended).toEqual([{ fault: 'not_sent' }]);
});

test('a call that takes too long at another node may have been done: it is not said that there is no session', async () => {
  const { answer, ended } = await sayAt(
    (_node, _subject, _body, timeoutMs) =>
      new Promise((resolve) => setTimeout(() => resolve(undefined), timeoutMs)),
  );
  expect(answer).toMatchObject({
    status: 200,
    json: { id: 1, error: { data: { code: 'upstream_timeout' } } },
  });
  expect(ended).toEqual([{ fault: 'upstream_timeout' }]);
});

import { RPC } from '@latchkey/tools';
import { errorAnswer, type Answer } from '../mcp/answer.ts';
import type { ClientMessage } from './client-messages.ts';

const NOT_SENT = 'Not sent: another message of the batch was refused.';

/** The answers to a batch of which nothing is sent, because one message of it was refused. */
export function refuseAll(
  messages: readonly ClientMessage[],
  refusals: readonly (Answer | undefined)[],
): Answer {
  const bodies = messages.flatMap(({ message }, index) => {
    const refusal = refusals[index]?.body;
    if (refusal !== undefined)
      return [
        typeof refusal === 'string'
          ? refusal
          : Buffer.concat(refusal.map((piece) => Buffer.from(piece))).toString('utf8'),
      ];
    if (message.kind !== 'request') return [];
    const { body } = errorAnswer(200, message.id, RPC.invalidRequest, NOT_SENT);
    return typeof body === 'string' ? [body] : [];
  });
  return { status: 200, headers: [], body: `[${bodies.join(',')}]` };
}

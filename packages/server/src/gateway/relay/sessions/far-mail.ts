import { parseKeepingDigits } from '@latchkey/tools';
import { z } from 'zod';
import { isJsonObject } from '../../../kernel/json.ts';
import type { RequestId } from '../../../kernel/ids.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { WireMessage } from '../../../upstreams/channel.ts';
import type { Fault } from '../fault-answer.ts';

/** What one node asks another of a session that lives there. The one that asks knows who asks, and has judged it. */
export interface FarQuestion {
  readonly sessionId: string;
  readonly principal: Principal;
  readonly requestId: RequestId;
  /** Of the server, as the one that asks knows it. */
  readonly target: { readonly id: string; readonly upstream: unknown };
  /** What the client says; undefined: it ends the session. */
  readonly messages: readonly WireMessage[] | undefined;
}

export type FarReply =
  /** There is no such session, or its right has ended. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly status: number; readonly body: string }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** As the server wrote them: nobody has looked at them yet. */
  | { readonly kind: 'answers'; readonly answers: readonly WireMessage[] };

/** As it is: a copy would not know the digits of its integers. */
const messageSchema = z.custom<WireMessage>(isJsonObject);

const questionSchema = z.object({
  sessionId: z.string(),
  principal: z.object({
    orgId: z.string(),
    actor: z.object({ kind: z.enum(['user', 'agent']), id: z.string() }),
    clientId: z.string().optional(),
    grantId: z.string().optional(),
    keyId: z.string(),
  }),
  requestId: z.string(),
  target: z.object({ id: z.string(), upstream: z.unknown() }),
  messages: z.array(messageSchema).optional(),
});

const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gone') }),
  z.object({ kind: z.literal('refused'), status: z.int(), body: z.string() }),
  z.object({
    kind: z.literal('fault'),
    fault: z.object({
      code: z.string(),
      message: z.string(),
      status: z.int(),
      retryAfterSeconds: z.number().optional(),
    }),
  }),
  z.object({ kind: z.literal('answers'), answers: z.array(messageSchema) }),
]);

/** Throws for what no node writes, as do the others. */
export function readQuestion(text: string): FarQuestion {
  const { messages, principal, requestId, ...rest } = questionSchema.parse(parseKeepingDigits(text));
  // As much of the principal as says whose a session is.
  return { ...rest, principal: principal as Principal, requestId: requestId as RequestId, messages };
}

export const readReply = (text: string): FarReply => replySchema.parse(parseKeepingDigits(text));

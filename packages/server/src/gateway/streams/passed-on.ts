import { z } from 'zod';
import { ROLES } from '../../kernel/access.ts';
import { errorBody, type AppError } from '../../kernel/errors.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Principal } from '../../kernel/principal.ts';
import { parseResourcePath, type Resource } from '../../kernel/resource.ts';
import { JSON_TYPE } from '../exchange.ts';

/** What one node passes on to another: who posted, as it has found out, and what. Never the credential. */
export interface PassedOn {
  readonly sessionId: string;
  readonly principal: Principal;
  /** The place that the session is of. */
  readonly resource: Resource;
  readonly requestId: RequestId;
  /** As it was sent. */
  readonly body: Buffer;
}

/** How a post is answered. What it asked is answered on the stream. */
export interface Receipt {
  readonly status: number;
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string;
}

const headSchema = z.object({
  sessionId: z.string(),
  principal: z.object({
    orgId: z.string(),
    orgSlug: z.string(),
    actor: z.object({ kind: z.enum(['user', 'agent']), id: z.string() }),
    role: z.enum(ROLES),
    access: z.enum(['read', 'full']),
    clientId: z.string().optional(),
    actingClients: z.array(z.string()).optional(),
    grantId: z.string().optional(),
    keyId: z.string(),
  }),
  place: z.string(),
  requestId: z.string(),
});

const receiptSchema = z.object({ status: z.int(), headers: z.array(z.string()), body: z.string() });

/** A line of JSON, and the body behind it: a message of many megabytes is not quoted once more. */
export function writePassedOn({ body, resource, ...head }: PassedOn): string {
  return `${JSON.stringify({ ...head, place: resource.path })}\n${body.toString('utf8')}`;
}

/** Throws for what no node writes. */
export function readPassedOn(text: string): PassedOn {
  const end = text.indexOf('\n');
  const { place, principal, requestId, sessionId } = headSchema.parse(JSON.parse(text.slice(0, end)));
  const resource = parseResourcePath(place, []);
  if (resource === undefined) throw new Error(`no resource is at ${place}`);
  return {
    sessionId,
    principal: principal as Principal,
    resource,
    requestId: requestId as RequestId,
    body: Buffer.from(text.slice(end + 1)),
  };
}

export const writeReceipt = (receipt: Receipt): string => JSON.stringify(receipt);

export const readReceipt = (text: string): Receipt => receiptSchema.parse(JSON.parse(text));

/** A refusal in the contract's shape. */
export function refusalReceipt(error: AppError, requestId: RequestId): Receipt {
  const { retryAfterSeconds, status } = error;
  const wait = retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)];
  return { status, headers: [...JSON_TYPE, ...wait], body: errorBody(error, requestId) };
}

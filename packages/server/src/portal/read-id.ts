import { z } from 'zod';
import type {
  AgentId,
  ClientId,
  ImportId,
  GrantId,
  InvitationId,
  KeyId,
  OrganisationId,
  UserId,
  WebhookId,
} from '../kernel/ids.ts';

interface PathIds {
  key: KeyId;
  agt: AgentId;
  cli: ClientId;
  grt: GrantId;
  usr: UserId;
  imp: ImportId;
  inv: InvitationId;
  org: OrganisationId;
  whk: WebhookId;
}

const ABSENT: Readonly<Record<keyof PathIds, string>> = {
  key: 'There is no such key.',
  agt: 'There is no such agent.',
  cli: 'There is no such client.',
  grt: 'There is no such connection, or it is over.',
  usr: 'There is no such member.',
  imp: 'There is no such import.',
  inv: 'There is no such open invitation.',
  org: 'There is no such organisation.',
  whk: 'There is no such webhook.',
};

/**
 * An id from a path, for the `params` of a route's description. What cannot be one of ours is as absent as one that never
 * was, and never reaches the database.
 */
export function pathId<Prefix extends keyof PathIds>(prefix: Prefix): z.ZodType<PathIds[Prefix], string> {
  const schema = z.string().regex(new RegExp(`^${prefix}_[A-Za-z0-9_-]{1,64}$`), { error: ABSENT[prefix] });
  return schema as unknown as z.ZodType<PathIds[Prefix], string>;
}

import { z } from 'zod';
import { AppError } from '../kernel/errors.ts';
import type { AgentId, ClientId, ImportId, GrantId, InvitationId, KeyId, UserId } from '../kernel/ids.ts';

interface PathIds {
  key: KeyId;
  agt: AgentId;
  cli: ClientId;
  grt: GrantId;
  usr: UserId;
  imp: ImportId;
  inv: InvitationId;
}

const ABSENT: Readonly<Record<keyof PathIds, string>> = {
  key: 'There is no such key.',
  agt: 'There is no such agent.',
  cli: 'There is no such client.',
  grt: 'There is no such connection, or it is over.',
  usr: 'There is no such member.',
  imp: 'There is no such import.',
  inv: 'There is no such open invitation.',
};

const ID = /^([a-z]{3})_[A-Za-z0-9_-]{1,64}$/;

/** An id from a path. What cannot be one of ours is as absent as one that never was, and never reaches the database. */
export function readId<Prefix extends keyof PathIds>(prefix: Prefix, text: string): PathIds[Prefix] {
  if (ID.exec(text)?.[1] !== prefix) throw new AppError('not_found', ABSENT[prefix]);
  return text as PathIds[Prefix];
}

/** The same as a schema, for the `params` of a route's description. */
export function pathId<Prefix extends keyof PathIds>(prefix: Prefix): z.ZodType<PathIds[Prefix], string> {
  const schema = z.string().regex(new RegExp(`^${prefix}_[A-Za-z0-9_-]{1,64}$`), { error: ABSENT[prefix] });
  return schema as unknown as z.ZodType<PathIds[Prefix], string>;
}

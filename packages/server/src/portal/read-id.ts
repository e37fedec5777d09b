import { AppError } from '../kernel/errors.ts';
import type { AgentId, KeyId } from '../kernel/ids.ts';

interface PathIds {
  key: KeyId;
  agt: AgentId;
}

const ID = /^([a-z]{3})_[A-Za-z0-9_-]{1,64}$/;

/** An id from a path. What cannot be one of ours is as absent as one that never was, and never reaches the database. */
export function readId<Prefix extends keyof PathIds>(prefix: Prefix, text: string): PathIds[Prefix] {
  const absent = prefix === 'key' ? 'There is no such key.' : 'There is no such agent.';
  if (ID.exec(text)?.[1] !== prefix) throw new AppError('not_found', absent);
  return text as PathIds[Prefix];
}

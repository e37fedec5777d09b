import type { Actor } from '../kernel/credential.ts';
import type { AgentId, UserId } from '../kernel/ids.ts';
import type { Grant } from '../store/queries/grants.ts';

/** Whom a grant acts for: the user who approved it, or the agent that a machine's own grant belongs to. */
export function actorOf({ userId, agentId }: Pick<Grant, 'userId' | 'agentId'>): Actor {
  if (userId !== null) return { kind: 'user', id: userId };
  if (agentId !== null) return { kind: 'agent', id: agentId };
  throw new Error('a grant without a holder: the table does not allow it');
}

/** The same from an access token's `sub`: the kind stands in the id. */
export function actorFromSubject(subject: string): Actor {
  return subject.startsWith('agt_')
    ? { kind: 'agent', id: subject as AgentId }
    : { kind: 'user', id: subject as UserId };
}

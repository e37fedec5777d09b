import type { McpTarget } from '../../connectors/tool-set.ts';
import type { Principal } from '../../kernel/principal.ts';
import { seal, unseal } from '../../kernel/seal.ts';

/** The sessions that MCP servers keep themselves: what a client holds is good for nobody else, and at no other server. */
export interface UpstreamSessions {
  conceal(sessionId: string, target: McpTarget, principal: Principal): string;
  /** Undefined: it is no session of this caller's at this server. */
  reveal(concealed: string, target: McpTarget, principal: Principal): string | undefined;
}

export function createUpstreamSessions(key: Uint8Array): UpstreamSessions {
  return {
    conceal: (sessionId, target, principal) => seal(key, sessionId, contextOf(target, principal)),
    reveal(concealed, target, principal) {
      try {
        return unseal(key, concealed, contextOf(target, principal));
      } catch {
        return undefined;
      }
    },
  };
}

/** The same key or grant of the same person or agent, with whichever token; and the same server. */
function contextOf({ id, upstream }: McpTarget, principal: Principal): string {
  const { actor, clientId, grantId, keyId, orgId } = principal;
  const owner = [orgId, actor.kind, actor.id, keyId, grantId ?? null, clientId ?? null];
  return JSON.stringify([id, upstream, ...owner]);
}

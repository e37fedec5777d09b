import type { ConnectorId } from '../../../kernel/ids.ts';
import type { Principal } from '../../../kernel/principal.ts';

/** What a person agrees to: this call and no other, by whom it is made. */
export interface Subject {
  readonly principal: Pick<Principal, 'orgId' | 'actor' | 'keyId' | 'grantId'>;
  readonly connectorId: ConnectorId;
  /** The name that it has within its connector, whichever it was called by. */
  readonly tool: string;
  /** Of the arguments: see `digestOf`. */
  readonly digest: string;
}

/** One text for one subject. */
export function textOfSubject({ connectorId, digest, principal, tool }: Subject): string {
  const { actor, grantId, keyId, orgId } = principal;
  return JSON.stringify([orgId, actor.kind, actor.id, keyId, grantId ?? null, connectorId, tool, digest]);
}

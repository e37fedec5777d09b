import type { OrganisationId, UserId } from './ids.ts';

/** All of a session that says how far it reaches. */
export interface SessionScope {
  readonly userId: UserId;
  /** The organisation whose identity provider vouched for the person; null: they signed in by their own means. */
  readonly viaOrgId: OrganisationId | null;
  /** How they showed who they are: words of RFC 8176 and our own. */
  readonly amr: readonly string[];
  readonly signedInAtMs: number;
  /** When they last showed who they are. */
  readonly shownAtMs: number;
  /** Where this request comes from, in its plain spelling; undefined: nobody can tell, which no list admits. */
  readonly address: string | undefined;
}

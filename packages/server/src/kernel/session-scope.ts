import type { OrganisationId, UserId } from './ids.ts';

/** All of a session that says how far it reaches. */
export interface SessionScope {
  readonly userId: UserId;
  /** The organisation whose identity provider vouched for the person; null: they signed in by their own means. */
  readonly viaOrgId: OrganisationId | null;
}

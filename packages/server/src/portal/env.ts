import type { Role } from '../kernel/access.ts';
import type { Actor } from '../kernel/credential.ts';
import type { OrganisationId, RequestId } from '../kernel/ids.ts';
import type { CurrentUser } from '../people/people.ts';

export interface PortalEnv {
  Variables: {
    requestId: RequestId;
    /** Whose request it is: `user`, or an agent where a route says that any caller may. */
    actor: Actor;
    user: CurrentUser;
  };
}

/** Below an organisation's path: its member's role there, read for this request. */
export interface OrganisationEnv {
  Variables: PortalEnv['Variables'] & {
    organisation: { id: OrganisationId; slug: string; name: string; role: Role };
  };
}

import type { Access, Role } from '../kernel/access.ts';
import type { Actor } from '../kernel/credential.ts';
import type { OrganisationId, RequestId } from '../kernel/ids.ts';
import type { CurrentUser } from '../people/people.ts';
import type { KeyedCaller } from './management/caller.ts';

export interface PortalEnv {
  Variables: {
    requestId: RequestId;
    /** The caller's address; only the composition root can tell. */
    from?: string | undefined;
    /** Whose request it is: the user, or an agent where a route says that any caller may. */
    actor: Actor;
    /** Who is signed in; behind a key, its owner, who is in no session; of an agent, nobody. */
    user: CurrentUser;
    /** Set where a key or our own gateway calls, and no browser. */
    caller?: KeyedCaller | undefined;
  };
}

/** Below an organisation's path: its member's role there, read for this request. */
export interface OrganisationEnv {
  Variables: PortalEnv['Variables'] & {
    organisation: {
      id: OrganisationId;
      slug: string;
      name: string;
      role: Role;
      /** More than this nobody gives here. */
      maxAccess: Access;
    };
  };
}

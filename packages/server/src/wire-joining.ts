import { Hono } from 'hono';
import type { Clock } from './kernel/clock.ts';
import { inviteRoutes, type InviteRoutesDeps } from './pages/invite/invite.tsx';
import type { PageEnv } from './pages/page-env.ts';
import { resetRoutes } from './pages/reset/reset.tsx';
import { createInvitations } from './people/invitations/invitations.ts';
import { createListMembers } from './people/organisations/list-members.ts';
import { createPasswordResets } from './people/password-resets.ts';
import { createResetSecondFactor } from './people/two-factor/reset-second-factor.ts';
import type { Store } from './store/store.ts';

/** How people come in, and come in again: invitations and reset links, with their pages and what the portal needs. */
export function wireJoining(
  deps: Omit<InviteRoutesDeps, 'invitations'> & { readonly store: Store; readonly clock: Clock },
) {
  const invitations = createInvitations(deps);
  const passwordResets = createPasswordResets(deps);
  const pages = new Hono<PageEnv>()
    .route('/', inviteRoutes({ ...deps, invitations }))
    .route('/', resetRoutes({ ...deps, passwordResets }));
  const resetSecondFactor = createResetSecondFactor(deps);
  const listMembers = createListMembers(deps);
  return { pages, portal: { invitations, passwordResets, resetSecondFactor, listMembers } };
}

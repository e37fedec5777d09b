import type { Context } from 'hono';
import type { JoinFault } from '../../people/invitations/join.ts';
import { errorPage, type PageStatus } from '../error-page.tsx';
import type { PageEnv } from '../page-env.ts';

type Refusal = Exclude<JoinFault, 'other_address' | 'already_member'>;

const ASK_ANEW = 'Ask whoever sent it for a new link.';

const WORDS: Readonly<
  Record<
    Refusal,
    { status: PageStatus; title: string; message: (organisation: string) => string; next: string }
  >
> = {
  unknown: {
    status: 404,
    title: 'This invitation is not known',
    message: () => 'The link is not complete, or a newer one has taken its place.',
    next: 'Copy the whole link, or ask whoever sent it for a new one.',
  },
  expired: {
    status: 410,
    title: 'This invitation has expired',
    message: (organisation) => `It was an invitation to ${organisation}, and its time is over.`,
    next: ASK_ANEW,
  },
  used: {
    status: 410,
    title: 'This invitation was used',
    message: (organisation) => `Somebody has joined ${organisation} with it. It is good once.`,
    next: 'If it was you, sign in. If not, tell an admin of the organisation.',
  },
  withdrawn: {
    status: 410,
    title: 'This invitation was withdrawn',
    message: (organisation) => `An admin of ${organisation} has taken it back.`,
    next: 'If you think that this is a mistake, ask them.',
  },
  suspended: {
    status: 403,
    title: 'Nobody can join right now',
    message: (organisation) => `${organisation} is suspended.`,
    next: 'Whoever runs this Latchkey can say why. The link stays good until it expires.',
  },
  inviter_lost_right: {
    status: 410,
    title: 'This invitation does not hold any more',
    message: (organisation) => `Whoever sent it may no longer give this role in ${organisation}.`,
    next: 'Ask an owner or admin for a new one.',
  },
};

/** Why a link lets nobody in, and what can be done about it. */
export function inviteRefused(c: Context<PageEnv>, fault: Refusal, organisation: string) {
  const { message, next, status, title } = WORDS[fault];
  return errorPage(c, status, {
    title,
    message: <bdi>{message(organisation)}</bdi>,
    next:
      fault === 'used' ? (
        <>
          {next} <a href="/sign-in">Sign in</a>
        </>
      ) : (
        next
      ),
    code: `invitation_${fault}`,
    requestId: c.get('requestId'),
  });
}

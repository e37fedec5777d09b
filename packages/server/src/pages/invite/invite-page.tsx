import type { Child, FC } from 'hono/jsx';
import type { Role } from '../../kernel/access.ts';
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN } from '../../people/password.ts';
import type { UserFault } from '../../people/create-user.ts';
import type { NamedInvitation } from '../../people/invitations/invitation-state.ts';
import { AccountLine } from '../account-line.tsx';
import { Page } from '../layout.tsx';
import { TextField } from '../text-field.tsx';
import { UtcTime } from '../utc-time.tsx';

/** Where the sign-in page leads back to: a cookie knows the link, so that no address has to. */
export const INVITE_RETURN = '/invite';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  owner: 'Owner: everything, and who else is an owner',
  admin: 'Admin: members, apps, connectors and settings',
  member: 'Member: connect apps and make keys, with full access too',
  viewer: 'Viewer: connect apps and make keys, read-only',
};

interface InviteFrameProps {
  readonly invitation: NamedInvitation;
  readonly error?: string | undefined;
  readonly aside?: Child;
  readonly children?: Child;
}

/** What the invitation says, above what can be done with it. */
const InviteFrame: FC<InviteFrameProps> = ({ aside, children, error, invitation }) => {
  const { email, expiresAt, inviterName, organisation, role } = invitation;
  return (
    <Page title={`Join ${organisation.name}`} aside={aside}>
      <h1>
        Join <bdi>{organisation.name}</bdi>
      </h1>
      <p class="lead">
        {inviterName === null ? (
          'Whoever runs this Latchkey invites you.'
        ) : (
          <>
            <bdi>{inviterName}</bdi> invites you.
          </>
        )}
      </p>
      <dl class="facts">
        <dt>Your role</dt>
        <dd>{ROLE_WORDS[role]}</dd>
        {email === null ? null : (
          <>
            <dt>Sent to</dt>
            <dd>
              <bdi>{email}</bdi>
            </dd>
          </>
        )}
        <dt>Good until</dt>
        <dd>
          <UtcTime at={expiresAt} />
        </dd>
      </dl>
      {error === undefined ? null : (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      {children}
    </Page>
  );
};

/** For who is signed in with an account that may use it. */
export const JoinPage: FC<{
  invitation: NamedInvitation;
  email: string;
  csrf: string;
  signOutCsrf: string;
  action: string;
  error?: string | undefined;
}> = ({ action, csrf, email, error, invitation, signOutCsrf }) => (
  <InviteFrame
    invitation={invitation}
    error={error}
    aside={<AccountLine email={email} csrf={signOutCsrf} returnTo={INVITE_RETURN} />}
  >
    <form method="post" action={action}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="act" value="join" />
      <button class="wide" type="submit">
        Join as <bdi>{email}</bdi>
      </button>
    </form>
  </InviteFrame>
);

/** For who is signed in with another account than the one that it was sent to. */
export const WrongAccountPage: FC<{ invitation: NamedInvitation; email: string; signOutCsrf: string }> = ({
  email,
  invitation,
  signOutCsrf,
}) => (
  <InviteFrame
    invitation={invitation}
    aside={
      <p>
        Or go on as you are: <a href="/app">open the dashboard</a>.
      </p>
    }
  >
    <p class="warning">
      This invitation was sent to <bdi class="account">{invitation.email}</bdi>, and you are signed in as{' '}
      <bdi class="account">{email}</bdi>.
    </p>
    <form method="post" action="/sign-out">
      <input type="hidden" name="csrf" value={signOutCsrf} />
      <input type="hidden" name="return_to" value={INVITE_RETURN} />
      <button class="wide" type="submit">
        Switch account
      </button>
    </form>
  </InviteFrame>
);

/** For who is signed in by the word of another organisation's provider, which opens that organisation alone. */
export const ViaCompanyPage: FC<{ invitation: NamedInvitation; signOutCsrf: string }> = ({
  invitation,
  signOutCsrf,
}) => (
  <InviteFrame invitation={invitation}>
    <p class="warning">
      You are signed in through another organisation’s company account, which opens that organisation alone.
      To join this one, sign in with a password or passkey of your own.
    </p>
    <form method="post" action="/sign-out">
      <input type="hidden" name="csrf" value={signOutCsrf} />
      <input type="hidden" name="return_to" value={INVITE_RETURN} />
      <button class="wide" type="submit">
        Sign in another way
      </button>
    </form>
  </InviteFrame>
);

export interface NewAccountTyped {
  readonly name: string;
  readonly email: string;
}

const FAULT_WORDS: Readonly<Record<UserFault, { field: 'email' | 'password'; text: string }>> = {
  email_invalid: { field: 'email', text: 'This is not an email address.' },
  email_taken: {
    field: 'email',
    text: 'There is an account with this address already. Sign in with it instead.',
  },
  password_too_short: { field: 'password', text: `Use at least ${PASSWORD_CHARACTERS_MIN} characters.` },
  password_too_long: { field: 'password', text: `Use at most ${PASSWORD_CHARACTERS_MAX} characters.` },
};

/** For who is not signed in: with an account or without one yet. */
export const NewcomerPage: FC<{
  invitation: NamedInvitation;
  csrf: string;
  action: string;
  typed: NewAccountTyped;
  faults: readonly UserFault[];
  error?: string | undefined;
}> = ({ action, csrf, error, faults, invitation, typed }) => {
  const faultOf = (field: 'email' | 'password') =>
    faults.map((fault) => FAULT_WORDS[fault]).find((words) => words.field === field)?.text;
  const takenFault = invitation.email === null ? undefined : faultOf('email');
  return (
    <InviteFrame invitation={invitation} error={error ?? takenFault}>
      <p>
        <a class="button secondary wide" href={`/sign-in?return_to=${encodeURIComponent(INVITE_RETURN)}`}>
          I have an account: sign in
        </a>
      </p>
      <form method="post" action={action}>
        <h2>Or create an account</h2>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="act" value="create" />
        <TextField
          name="name"
          label="Your name"
          value={typed.name}
          autocomplete="name"
          required={false}
          hint="Optional. Shown to the members of the organisation."
        />
        {invitation.email === null ? (
          <TextField
            name="email"
            label="Email"
            type="email"
            value={typed.email}
            autocomplete="username"
            fault={faultOf('email')}
          />
        ) : (
          <div class="field">
            <label for="email">Email</label>
            <input
              id="email"
              type="email"
              value={invitation.email}
              autocomplete="username"
              aria-describedby="email-hint"
              readonly
            />
            <p class="hint" id="email-hint">
              The address that the invitation is for.
            </p>
          </div>
        )}
        <TextField
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          fault={faultOf('password')}
          hint={`At least ${PASSWORD_CHARACTERS_MIN} characters. A few words in a row are fine.`}
        />
        <button class="wide" type="submit">
          Create account and join
        </button>
      </form>
    </InviteFrame>
  );
};

/** For who belongs to it already, whatever has become of the invitation. */
export const MemberAlreadyPage: FC<{ invitation: NamedInvitation; email: string; signOutCsrf: string }> = ({
  email,
  invitation: { organisation },
  signOutCsrf,
}) => (
  <Page
    title={`You belong to ${organisation.name}`}
    aside={<AccountLine email={email} csrf={signOutCsrf} returnTo={INVITE_RETURN} />}
  >
    <h1>
      You belong to <bdi>{organisation.name}</bdi>
    </h1>
    <p class="lead">There is nothing left to accept: your account is a member already.</p>
    <p>
      <a class="button" href={`/app/${organisation.slug}`}>
        Open the dashboard
      </a>
    </p>
  </Page>
);

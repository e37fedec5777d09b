import type { FC } from 'hono/jsx';
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN } from '../../people/password.ts';
import { Page } from '../layout.tsx';
import { TextField } from '../text-field.tsx';

export type NewPasswordFault = 'password_too_short' | 'password_too_long' | 'not_the_same';

const WORDS: Readonly<Record<NewPasswordFault, { field: 'password' | 'again'; text: string }>> = {
  password_too_short: { field: 'password', text: `Use at least ${PASSWORD_CHARACTERS_MIN} characters.` },
  password_too_long: { field: 'password', text: `Use at most ${PASSWORD_CHARACTERS_MAX} characters.` },
  not_the_same: { field: 'again', text: 'This is not the same as above. Please type both again.' },
};

export const ResetPage: FC<{
  email: string;
  csrf: string;
  action: string;
  fault?: NewPasswordFault | undefined;
  error?: string | undefined;
}> = ({ action, csrf, email, error, fault }) => {
  const faultOf = (field: 'password' | 'again') =>
    fault !== undefined && WORDS[fault].field === field ? WORDS[fault].text : undefined;
  return (
    <Page title="Choose a new password">
      <h1>Choose a new password</h1>
      <p class="lead">
        For <bdi class="account">{email}</bdi>. You will be signed out everywhere. Apps that you connected
        stay connected.
      </p>
      {error === undefined ? null : (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      <form method="post" action={action}>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="email" value={email} autocomplete="username" aria-label="Email" readonly hidden />
        <TextField
          name="password"
          label="New password"
          type="password"
          autocomplete="new-password"
          fault={faultOf('password')}
          hint={`At least ${PASSWORD_CHARACTERS_MIN} characters. A few words in a row are fine.`}
          autofocus
        />
        <TextField
          name="password_again"
          label="New password again"
          type="password"
          autocomplete="new-password"
          fault={faultOf('again')}
        />
        <button class="wide" type="submit">
          Change password
        </button>
      </form>
    </Page>
  );
};

export const ResetDonePage: FC = () => (
  <Page title="Password changed">
    <h1>Your password is changed</h1>
    <p class="lead">You are signed out everywhere. Sign in with the new password.</p>
    <p>
      Apps that you connected and keys that you made go on working. If somebody else may have had your
      password, end those that you do not know under API keys in the dashboard.
    </p>
    <p>
      <a class="button" href="/sign-in">
        Sign in
      </a>
    </p>
  </Page>
);

/** No mail is sent by Latchkey, so that nobody waits for one. */
export const ForgotPage: FC = () => (
  <Page title="Forgot your password?" aside={<a href="/sign-in">Back to the sign-in page</a>}>
    <h1>Forgot your password?</h1>
    <p class="lead">Ask an owner or admin of your organisation for a reset link.</p>
    <ol>
      <li>They open Members in the dashboard, find you, and choose Reset link.</li>
      <li>They send you the link. It is good once, for 24 hours.</li>
      <li>You open it and choose a new password.</li>
    </ol>
    <p class="small">
      Are you the only owner? Whoever runs this Latchkey makes a link with{' '}
      <code>latchkey reset-password</code>.
    </p>
  </Page>
);

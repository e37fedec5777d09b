import type { Child, FC } from 'hono/jsx';
import { REMEMBERED_DAYS } from '../people/two-factor/browser-tokens.ts';
import { Page } from './layout.tsx';
import { TextField } from './text-field.tsx';

export interface SecondFactorPageProps {
  readonly csrf: string;
  readonly returnTo: string;
  /** What the visitor came for. */
  readonly strip: Child | undefined;
  readonly remember: boolean;
  readonly startOver: string;
  readonly error?: string | undefined;
}

export const SecondFactorPage: FC<SecondFactorPageProps> = (props) => (
  <Page
    title="Second step"
    strip={props.strip}
    aside={
      <p>
        Lost your app and your codes? Ask an administrator of your organisation to reset your second step.{' '}
        <a href={props.startOver}>Sign in as somebody else</a>
      </p>
    }
  >
    <h1>One more step</h1>
    <p class="lead">Your password is right. Now show that it is you.</p>
    {props.error === undefined ? null : (
      <p class="problem" role="alert">
        {props.error}
      </p>
    )}
    <form method="post" action="/sign-in/2fa">
      <input type="hidden" name="csrf" value={props.csrf} />
      <input type="hidden" name="return_to" value={props.returnTo} />
      <TextField
        name="code"
        label="Code"
        autocomplete="one-time-code"
        autofocus
        hint="The six digits that your authenticator app shows now, or one of your backup codes."
      />
      <label class="option">
        <input type="checkbox" name="remember" value="yes" {...(props.remember ? { checked: true } : {})} />
        <span>
          Do not ask in this browser for {REMEMBERED_DAYS} days
          <span class="detail">Only where nobody else uses it.</span>
        </span>
      </label>
      <button class="wide" type="submit">
        Continue
      </button>
    </form>
  </Page>
);

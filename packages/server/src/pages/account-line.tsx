import type { FC } from 'hono/jsx';

/** What a sign-out form's token is for: `guard.issue(c, SIGN_OUT_PURPOSE)`. */
export const SIGN_OUT_PURPOSE = 'sign-out';

/** Whose account the page acts for, and the way to another one that leads back here. */
export const AccountLine: FC<{ email: string; csrf: string; returnTo?: string }> = ({
  email,
  csrf,
  returnTo,
}) => (
  <form class="account-line" method="post" action="/sign-out">
    <input type="hidden" name="csrf" value={csrf} />
    {returnTo === undefined ? null : <input type="hidden" name="return_to" value={returnTo} />}
    <span>
      Signed in as <bdi class="account">{email}</bdi>.
    </span>{' '}
    <button class="link" type="submit">
      Not you? Use another account
    </button>
  </form>
);

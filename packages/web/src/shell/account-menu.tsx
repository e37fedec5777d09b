import { Link } from '@tanstack/react-router';
import type { Me } from '../api/types.ts';
import { operatorLinkText } from '../text/operator-link.ts';
import { shellText as text } from '../text/shell.ts';
import { Menu } from '../ui/menu.tsx';

/** Who is signed in, and the way out: a form of the server's pages, so that it needs no script to end a session. */
export function AccountMenu({ me, org }: { me: Me; org?: string }) {
  const { email, name } = me.user;
  return (
    <Menu
      label={text.account}
      align="end"
      shown={
        <>
          <span className="initial" aria-hidden="true">
            {(Array.from(name)[0] ?? '?').toUpperCase()}
          </span>
          <span className="account-email">{email}</span>
        </>
      }
    >
      {(close) => (
        <>
          <p className="menu-head">
            <bdi className="strong">{name}</bdi>
            <br />
            <bdi className="quiet">{email}</bdi>
          </p>
          {org === undefined ? null : (
            <Link to="/$org/account" params={{ org }} className="menu-item" onClick={close}>
              {text.yourAccount}
            </Link>
          )}
          {me.is_operator ? (
            <Link to="/_operator" className="menu-item" onClick={close}>
              {operatorLinkText.link}
            </Link>
          ) : null}
          <SignOutForm token={me.sign_out_token} />
        </>
      )}
    </Menu>
  );
}

export function SignOutForm({ token }: { token: string }) {
  return (
    <form method="post" action="/sign-out">
      <input type="hidden" name="csrf" value={token} />
      <button type="submit" className="menu-item">
        {text.signOut}
      </button>
    </form>
  );
}

import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import { AccountLine } from './account-line.tsx';
import { document, Page } from './layout.tsx';
import type { PageEnv } from './page-env.ts';

interface Visitor {
  readonly email: string;
  /** Where another account would go on. */
  readonly returnTo: string;
  readonly signOutCsrf: string;
}

/** There is nothing to connect with this account. What organisation a connector URL names, a stranger is not told. */
export function showNotMember(c: Context<PageEnv>, isNamed: boolean, visitor: Visitor) {
  const title = isNamed ? 'You are not a member of this organisation' : 'You belong to no organisation';
  return show(c, { title, code: 'not_a_member' }, visitor, [
    <bdi class="account">{visitor.email}</bdi>,
    isNamed
      ? ' does not belong to the organisation that this connector URL names. Ask one of its admins for an invitation, or use another account.'
      : ' is a member of none yet. Ask an admin of yours for an invitation, or use another account.',
  ]);
}

/** All that could be connected stands still. */
export function showSuspended(c: Context<PageEnv>, names: readonly string[], visitor: Visitor) {
  return show(c, { title: 'Nothing can be connected right now', code: 'organisation_suspended' }, visitor, [
    <bdi>{names.join(', ')}</bdi>,
    ` ${names.length === 1 ? 'is' : 'are'} suspended. Whoever runs this Latchkey can say why.`,
  ]);
}

function show(
  c: Context<PageEnv>,
  { code, title }: { title: string; code: string },
  { email, returnTo, signOutCsrf }: Visitor,
  message: Child,
) {
  return c.html(
    document(
      <Page title={title} aside={<AccountLine email={email} csrf={signOutCsrf} returnTo={returnTo} />}>
        <h1>{title}</h1>
        <p class="lead">{message}</p>
        <dl class="facts small">
          <dt>Code</dt>
          <dd>
            <code>{code}</code>
          </dd>
          <dt>Request</dt>
          <dd>
            <code>{c.get('requestId')}</code>
          </dd>
        </dl>
      </Page>,
    ),
    403,
  );
}

import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Approvals, AuthorizationResponse, DecisionFault } from '../grants/approvals.ts';
import type { Clients } from '../grants/clients.ts';
import { destinationOf, isLoopback } from '../grants/destination.ts';
import { responseUrl } from '../grants/response-url.ts';
import { highestAccess, type Access, type Role } from '../kernel/access.ts';
import type { OrganisationId, UserId } from '../kernel/ids.ts';
import type { Handoff } from '../oauth/handoff.ts';
import type { CurrentUser, People } from '../people/people.ts';
import { SIGN_OUT_PURPOSE } from './account-line.tsx';
import { ConsentPage, type ConsentChoice } from './consent-page.tsx';
import { errorPage } from './error-page.tsx';
import type { FormGuard } from './form-guard.ts';
import { document } from './layout.tsx';
import type { PageEnv } from './page-env.ts';
import { ReturnPage, withoutReferrer } from './return-page.tsx';

const FORM_BYTES_MAX = 16 * 1024;
const PURPOSE = 'consent';

export interface ConsentDeps {
  approvals: Approvals;
  clients: Clients;
  people: People;
  guard: FormGuard;
  toWeb: Handoff;
  toGateway: Handoff;
  /** Where the gateway is another host: its base URL. Then the browser is handed back to it. */
  gatewayBaseUrl: string | undefined;
  /** The cookie by which the gateway knows the browser, where gateway and pages are one host. */
  gateBrowserOf: (headers: Headers) => string | undefined;
  membershipsOf: (
    userId: UserId,
  ) => Promise<
    { organisation: { id: OrganisationId; slug: string; name: string; refreshDays: number }; role: Role }[]
  >;
  toolCounts: (orgId: OrganisationId) => Promise<{ read: number; full: number; consumesCredits: boolean }>;
}

// A missing access is refused, never taken for full.
const answerSchema = z.object({
  transaction: z.string().max(64),
  csrf: z.string().max(128),
  decision: z.enum(['allow', 'deny']),
  access: z.enum(['read', 'full']).optional(),
  organisation: z.string().max(64).optional(),
});
type Answer = z.infer<typeof answerSchema>;
type Authorization = NonNullable<Awaited<ReturnType<Approvals['find']>>>;

/** `/oauth/consent`: the one place where access is given. */
export function createConsent(deps: ConsentDeps): Hono<PageEnv> {
  const { approvals, guard } = deps;
  const app = new Hono<PageEnv>();
  app.use('/oauth/consent', bodyLimit({ maxSize: FORM_BYTES_MAX }));

  app.get('/oauth/consent', async (c) => {
    const ticket = c.req.query('handoff');
    if (ticket !== undefined) return arrive(c, ticket);
    const transactionId = c.req.query('transaction') ?? '';
    const authorization = await approvals.find(transactionId, guard.browserOf(c));
    if (authorization === undefined) return expired(c);
    const user = await deps.people.currentUser(c.req.raw.headers);
    if (user === undefined)
      return c.redirect(`/sign-in?return_to=${encodeURIComponent(pathOf(transactionId))}`, 303);
    return show(c, transactionId, authorization, user, { access: 'read' });
  });

  /** From the gateway: the ticket is used up, the transaction bound to this browser, the address made clean. */
  async function arrive(c: Context<PageEnv>, ticket: string): Promise<Response> {
    const transactionId = await deps.toWeb.claim(ticket);
    if (transactionId === undefined) return brokenHandoff(c);
    const bound = await approvals.bindToWebBrowser(transactionId, guard.browser(c));
    return bound ? c.redirect(pathOf(transactionId), 303) : expired(c);
  }

  app.post('/oauth/consent', async (c) => {
    const answer = answerSchema.safeParse(Object.fromEntries(new URLSearchParams(await c.req.text())));
    if (!answer.success)
      return refuse(
        c,
        400,
        'invalid_request',
        'This form is incomplete',
        'Choose what the app may do and try again.',
      );
    const checked = guard.check(c, {
      csrf: answer.data.csrf,
      purpose: `${PURPOSE} ${answer.data.transaction}`,
    });
    if (!checked.ok) {
      return refuse(
        c,
        403,
        checked.error.reason,
        'This form came from somewhere else',
        'Nothing was approved. Start again from the app.',
      );
    }
    const authorization = await approvals.find(answer.data.transaction, checked.value.browser);
    if (authorization === undefined) return expired(c);
    const user = await deps.people.currentUser(c.req.raw.headers);
    if (user === undefined) {
      return c.redirect(`/sign-in?return_to=${encodeURIComponent(pathOf(answer.data.transaction))}`, 303);
    }
    return decide(c, authorization, user, answer.data);
  });

  async function decide(
    c: Context<PageEnv>,
    authorization: Authorization,
    user: CurrentUser,
    answer: Answer,
  ) {
    const transactionId = answer.transaction;
    const again = (problem: string) =>
      show(c, transactionId, authorization, user, {
        access: answer.access ?? 'read',
        problem,
        ...(answer.organisation === undefined ? {} : { chosen: answer.organisation }),
      });

    let choice: 'deny' | { orgId: OrganisationId; access: Access } = 'deny';
    if (answer.decision === 'allow') {
      if (answer.access === undefined) {
        return refuse(
          c,
          400,
          'invalid_request',
          'This form is incomplete',
          'Choose Read-only or Full access and try again.',
        );
      }
      const memberships = await membershipsFor(authorization, user);
      const chosen =
        answer.organisation === undefined && memberships.length === 1
          ? memberships[0]
          : memberships.find(({ organisation }) => organisation.slug === answer.organisation);
      if (chosen === undefined) return again('Choose one of your organisations.');
      choice = { orgId: chosen.organisation.id, access: answer.access };
    }
    const decided = await approvals.decide(transactionId, {
      userId: user.userId,
      choice,
      requestId: c.get('requestId'),
    });
    if (decided.ok) return leave(c, transactionId, decided.value);
    return explain(c, decided.error, again);
  }

  /** Back to the app: through the gateway, which knows the browser that began, or straight where it is this host. */
  async function leave(c: Context<PageEnv>, transactionId: string, response: AuthorizationResponse) {
    withoutReferrer(c);
    if (deps.gatewayBaseUrl !== undefined) {
      const ticket = await deps.toGateway.issue(transactionId);
      const href = `${deps.gatewayBaseUrl}/authorize/return?handoff=${ticket}`;
      return c.html(document(<ReturnPage href={href} {...aboutReturn(response)} />));
    }
    return finish(c, transactionId, response, deps.gateBrowserOf(c.req.raw.headers));
  }

  app.get('/authorize/return', async (c) => {
    const transactionId = await deps.toGateway.claim(c.req.query('handoff') ?? '');
    if (transactionId === undefined) return brokenHandoff(c);
    const response = await approvals.answerOf(transactionId);
    return response === undefined
      ? expired(c)
      : finish(c, transactionId, response, deps.gateBrowserOf(c.req.raw.headers));
  });

  /** Somebody else's approval must not connect the app that this browser has open, nor the other way round. */
  async function finish(
    c: Context<PageEnv>,
    transactionId: string,
    response: AuthorizationResponse,
    gateBrowser: string | undefined,
  ) {
    if (!(await approvals.isGateBrowser(transactionId, gateBrowser))) {
      return refuse(
        c,
        403,
        'other_browser',
        'This was begun in another browser',
        'Nothing was sent. Start again from the app, in this browser.',
      );
    }
    withoutReferrer(c);
    const href = responseUrl(response.redirectUri, response.parameters);
    return c.html(document(<ReturnPage href={href} {...aboutReturn(response)} />));
  }

  async function membershipsFor(authorization: Authorization, user: CurrentUser) {
    const memberships = await deps.membershipsOf(user.userId);
    const { resourceOrgId } = authorization;
    return memberships.filter(
      ({ organisation }) => resourceOrgId === null || organisation.id === resourceOrgId,
    );
  }

  async function show(
    c: Context<PageEnv>,
    transactionId: string,
    authorization: Authorization,
    user: CurrentUser,
    state: { access: Access; problem?: string; chosen?: string },
  ) {
    if (authorization.codeUsedAt !== null) return explain(c, { reason: 'already_connected' });
    const [client, memberships] = await Promise.all([
      deps.clients.find(authorization.clientId),
      membershipsFor(authorization, user),
    ]);
    if (client === undefined) return expired(c);
    if (memberships.length === 0) return explain(c, { reason: 'not_a_member' }, undefined, user.email);
    const choices = await Promise.all(memberships.map(toChoice));
    if (state.problem !== undefined) c.status(422);
    return c.html(
      document(
        <ConsentPage
          clientName={client.name}
          destination={destinationOf(authorization.redirectUri)}
          redirectUri={authorization.redirectUri}
          loopback={isLoopback(authorization.redirectUri)}
          selfNamed={client.kind === 'dynamic'}
          choices={choices}
          chosen={state.chosen}
          maxAccess={authorization.maxAccess}
          refreshDays={Math.min(...memberships.map(({ organisation }) => organisation.refreshDays))}
          email={user.email}
          transactionId={transactionId}
          csrf={guard.issue(c, `${PURPOSE} ${transactionId}`)}
          signOutCsrf={guard.issue(c, SIGN_OUT_PURPOSE)}
          returnTo={pathOf(transactionId)}
          problem={state.problem}
          access={state.access}
        />,
      ),
    );
  }

  async function toChoice({
    organisation,
    role,
  }: Awaited<ReturnType<ConsentDeps['membershipsOf']>>[number]): Promise<ConsentChoice> {
    const { slug, name } = organisation;
    const tools = await deps.toolCounts(organisation.id);
    return { slug, name, role, tools, mayHoldFull: highestAccess(role) === 'full' };
  }

  return app;
}

function pathOf(transactionId: string): string {
  return `/oauth/consent?transaction=${transactionId}`;
}

function aboutReturn(response: AuthorizationResponse) {
  return { destination: destinationOf(response.redirectUri), allowed: 'code' in response.parameters };
}

type RefusalStatus = 400 | 403 | 409 | 410;

function refuse(c: Context<PageEnv>, status: RefusalStatus, code: string, title: string, message: string) {
  return errorPage(c, status, { title, message, code, requestId: c.get('requestId') });
}

function expired(c: Context<PageEnv>) {
  return refuse(
    c,
    410,
    'transaction_expired',
    'This request is no longer open',
    'It is older than ten minutes, was begun in another browser, or was finished. Start again from the app.',
  );
}

function brokenHandoff(c: Context<PageEnv>) {
  return refuse(
    c,
    400,
    'handoff_invalid',
    'The way here is broken',
    'This link was used before, is older than a minute, or was not made by this server. Start again from the app. If it keeps happening, OAUTH_HANDOFF_SECRET differs between the two hosts.',
  );
}

/** Each refusal says what can be done about it. What a person can mend on the form, they mend there. */
function explain(
  c: Context<PageEnv>,
  fault: DecisionFault,
  again?: (problem: string) => Response | Promise<Response>,
  email?: string,
): Response | Promise<Response> {
  switch (fault.reason) {
    case 'unknown':
      return expired(c);
    case 'already_connected':
      return refuse(
        c,
        409,
        fault.reason,
        'Already connected',
        'This request was approved and used. To connect again, start again from the app.',
      );
    case 'already_decided':
      return refuse(
        c,
        409,
        fault.reason,
        'Already answered',
        'This request was answered before, differently. Start again from the app.',
      );
    case 'not_a_member':
    case 'other_organisation':
      return refuse(
        c,
        403,
        'not_a_member',
        'You are not a member of this organisation',
        `${email === undefined ? 'Your account' : email} does not belong to the organisation that this connector URL names. Ask one of its admins, or use another account.`,
      );
    case 'role_forbids':
      return (
        again?.('Full access is not possible with your role there.') ??
        refuse(c, 403, fault.reason, 'Not possible with your role', 'Choose Read-only.')
      );
    case 'scope_forbids':
      return (
        again?.('The app asked for read-only access.') ??
        refuse(c, 403, fault.reason, 'Not asked for', 'Choose Read-only.')
      );
  }
}

import { Hono, type Context } from 'hono';
import type { ConnectPlace } from '../connectors/connects.ts';
import { noteOfTransaction, type AttemptTrace } from '../audit/attempts/trace.ts';
import type { Approvals, AuthorizationResponse, Choice } from '../grants/approvals.ts';
import { hostOfClientId } from '../grants/client-documents/client-id-url.ts';
import type { Client, Clients } from '../grants/clients.ts';
import { destinationOf, isOnThisComputer } from '../grants/destination.ts';
import type { Access } from '../kernel/access.ts';
import { displayName } from '../kernel/display-name.ts';
import { isRegisteredRedirectUri } from '../kernel/redirect-uri.ts';
import type { Handoff } from '../oauth/handoff.ts';
import { isAt, type Membership, type ReachOf } from '../people/company/reach.ts';
import type { CurrentUser, People } from '../people/people.ts';
import { SIGN_OUT_PURPOSE } from './account-line.tsx';
import { finish, goTo } from './authorize-return.tsx';
import { showClosed } from './company/closed.tsx';
import { leaveToConnect, type ConnectDeps, type Stayed } from './connect.tsx';
import { answerSchema, choicesSchema, FIELDS, type Answer } from './consent-form.ts';
import { offersOf, type OfferDeps, type Offers } from './consent-offers.ts';
import { ConsentPage } from './consent-page.tsx';
import { explain } from './explain-refusal.ts';
import type { FormGuard } from './form-guard.ts';
import { imitatedHost } from './imitation.ts';
import { document } from './layout.tsx';
import { showNotMember, showSuspended } from './no-organisation.tsx';
import type { PageEnv } from './page-env.ts';
import { readForm } from './read-form.ts';
import {
  clientBlocked,
  clientNotAllowed,
  expired,
  handoffRefused,
  otherBrowser,
  refuse,
} from './refusals.ts';

const NAME_CHARACTERS_MAX = 60;

export interface ConsentDeps extends OfferDeps, Pick<ConnectDeps, 'connects' | 'limitConnects'> {
  approvals: Approvals;
  trace: Pick<AttemptTrace, 'note'>;
  clients: Clients;
  people: People;
  guard: FormGuard;
  toWeb: Handoff;
  toGateway: Handoff;
  /** Where the gateway is another host: its base URL. Then the browser is handed back to it. */
  gatewayBaseUrl: string | undefined;
  /** The cookie by which the gateway knows the browser, where gateway and pages are one host. */
  gateBrowserOf: (headers: Headers) => string | undefined;
  /** Which of a person's organisations a session opens. */
  reach: ReachOf;
}

type Authorization = NonNullable<Awaited<ReturnType<Approvals['find']>>>;

/** All that a person is asked about. */
interface Question {
  readonly transactionId: string;
  readonly authorization: Authorization;
  readonly user: CurrentUser;
  readonly client: Client;
  /** Organisations of theirs that this session does not open. */
  readonly closed: readonly { readonly organisation: Pick<Membership['organisation'], 'name'> }[];
  readonly suspended: readonly string[];
  readonly offers: Offers;
  /** Where tools act through an account of their own. */
  readonly places: readonly ConnectPlace[];
}

/** What was chosen so far, and what is wrong with it. */
interface FormState {
  access: Access;
  problem?: string | undefined;
  /** Where it is not the form that was wrong. */
  status?: Stayed['status'];
  chosen?: string | undefined;
  lifetime?: string | undefined;
}

/** `/oauth/consent`: the one place where access is given. */
export function createConsent(deps: ConsentDeps): Hono<PageEnv> {
  const { approvals, guard } = deps;
  const note = noteOfTransaction(deps.trace);
  const app = new Hono<PageEnv>();

  app.get('/oauth/consent', async (c) => {
    const ticket = c.req.query('handoff');
    if (ticket !== undefined) return arrive(c, ticket);
    const transactionId = c.req.query('transaction') ?? '';
    const authorization = await approvals.find(transactionId, guard.browserOf(c));
    if (authorization === undefined) return expired(c);
    const user = await deps.people.currentUser(c.req.raw.headers, c.get('from'));
    if (user === undefined) {
      note(transactionId, 'sign_in');
      return c.redirect(`/sign-in?return_to=${encodeURIComponent(pathOf(transactionId))}`, 303);
    }
    const { access = 'read', lifetime, organisation } = choicesSchema.parse(c.req.query());
    return show(c, transactionId, authorization, user, { access, chosen: organisation, lifetime });
  });

  /** From the gateway: the ticket is used up, the transaction bound to this browser, the address made clean. */
  async function arrive(c: Context<PageEnv>, ticket: string): Promise<Response> {
    const claimed = await deps.toWeb.claim(ticket);
    if (!claimed.ok) return handoffRefused(c, claimed.error);
    const bound = await approvals.bindToWebBrowser(claimed.value, guard.browser(c));
    return bound ? c.redirect(pathOf(claimed.value), 303) : expired(c);
  }

  app.post('/oauth/consent', async (c) => {
    const form = Object.entries(await readForm(c, FIELDS)).filter(([, value]) => value !== '');
    const answer = answerSchema.safeParse(Object.fromEntries(form));
    if (!answer.success) return incomplete(c, 'Choose what the app may do and try again.');
    const { transaction, csrf, access } = answer.data;
    const user = await deps.people.currentUser(c.req.raw.headers, c.get('from'));
    const authorization = await approvals.find(transaction, guard.browserOf(c));
    const client = authorization && (await deps.clients.find(authorization.clientId));
    const checked = guard.check(c, { csrf, purpose: purposeOf(transaction, user) });
    if (!checked.ok && checked.error.reason === 'cross_site') return fromElsewhere(c, checked.error.reason);
    if (authorization === undefined) return checked.ok ? expired(c) : fromElsewhere(c, checked.error.reason);
    if (user === undefined) {
      return c.redirect(`/sign-in?return_to=${encodeURIComponent(pathOf(transaction))}`, 303);
    }
    if (client === undefined) return expired(c);
    if (!checked.ok || (answer.data.client ?? '') !== versionOf(client)) {
      // This browser's transaction, but not the page that this session was shown: somebody else signed in since, or
      // the client says something else about itself.
      const problem = `You are signed in as ${user.email}. Something changed since this page was opened: check what is asked for and answer again.`;
      return show(c, transaction, authorization, user, { access: access ?? 'read', problem });
    }
    if (answer.data.decision === undefined) return connect(c, authorization, user, answer.data);
    // Where this host is the gateway too, nothing is recorded that could not be sent.
    const isOwn =
      deps.gatewayBaseUrl !== undefined ||
      (await approvals.isGateBrowser(transaction, deps.gateBrowserOf(c.req.raw.headers)));
    return isOwn ? decide(c, authorization, user, answer.data) : otherBrowser(c);
  });

  /** To an upstream of the place that is asked for, and back to this page as it is. */
  async function connect(
    c: Context<PageEnv>,
    authorization: Authorization,
    user: CurrentUser,
    { access = 'read', connect: wanted, lifetime, organisation, transaction }: Answer,
  ) {
    const { memberships } = await reachFor(authorization, user);
    const places = await placesOf(memberships, authorization, user);
    const place = places.find((one) => wanted === `${one.organisation.slug}/${one.slug}`);
    if (place === undefined) return incomplete(c, 'Answer it and try again.');
    const chosen = new URLSearchParams({
      transaction,
      access,
      ...(organisation === undefined ? {} : { organisation }),
      ...(lifetime === undefined ? {} : { lifetime }),
    });
    const returnTo = `/oauth/consent?${chosen.toString()}`;
    const left = await leaveToConnect(c, deps, { place, user, returnTo });
    if (left instanceof Response) return left;
    return show(c, transaction, authorization, user, { access, ...left, chosen: organisation, lifetime });
  }

  /** Where this person has accounts of their own, behind all that could be chosen. */
  async function placesOf(
    memberships: readonly Membership[],
    authorization: Authorization,
    user: CurrentUser,
  ) {
    const places = await Promise.all(
      memberships.map(({ organisation, role }) =>
        deps.connects.at(organisation, role, user.userId, authorization.resource),
      ),
    );
    return places.flat();
  }

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
        ...(answer.lifetime === undefined ? {} : { lifetime: answer.lifetime }),
      });

    let choice: 'deny' | Choice = 'deny';
    if (answer.decision === 'allow') {
      if (answer.access === undefined) {
        return incomplete(c, 'Choose Read-only or Full access and try again.');
      }
      const { memberships } = await reachFor(authorization, user);
      const chosen =
        answer.organisation === undefined && memberships.length === 1
          ? memberships[0]
          : memberships.find(isAt(answer.organisation ?? ''));
      if (chosen === undefined) return again('Choose one of your organisations.');
      const lifetimeDays = answer.lifetime === undefined ? null : Number(answer.lifetime);
      choice = { orgId: chosen.organisation.id, access: answer.access, lifetimeDays };
    }
    const decided = await approvals.decide(transactionId, {
      userId: user.userId,
      choice,
      requestId: c.get('requestId'),
    });
    const { userId } = user;
    if (choice === 'deny') {
      if (decided.ok) note(transactionId, 'denied', { userId });
    } else {
      const { access: detail, orgId } = choice;
      const ended = decided.ok ? { orgId, detail } : { fault: decided.error.reason };
      note(transactionId, 'allowed', { userId, ...ended });
    }
    if (decided.ok) return leave(c, transactionId, decided.value);
    return explain(c, decided.error, again);
  }

  /** Back to the app: through the gateway, which knows the browser that began, or straight where it is this host. */
  async function leave(c: Context<PageEnv>, transactionId: string, response: AuthorizationResponse) {
    if (deps.gatewayBaseUrl === undefined) return finish(c, transactionId, response, deps);
    const ticket = await deps.toGateway.issue(transactionId);
    return goTo(c, `${deps.gatewayBaseUrl}/authorize/return?handoff=${ticket}`, response);
  }

  async function reachFor({ resourceOrgId }: Authorization, user: CurrentUser) {
    const { closed, open } = await deps.reach(user);
    const isMeant = ({ organisation: { id } }: Membership) => resourceOrgId === null || id === resourceOrgId;
    const meant = closed.filter(isMeant);
    return {
      // Of suspended ones the page says why they are not offered.
      memberships: [...open.filter(isMeant), ...meant.filter(({ because }) => because === 'suspended')],
      /** Theirs too, but not in this session. */
      closed: meant.filter(({ because }) => because !== 'suspended'),
    };
  }

  /** The page, or the one that says why there is nothing to choose. */
  async function show(
    c: Context<PageEnv>,
    transactionId: string,
    authorization: Authorization,
    user: CurrentUser,
    state: FormState,
  ) {
    if (authorization.codeUsedAt !== null) return explain(c, { reason: 'already_connected' });
    const visitor = () => ({
      email: user.email,
      returnTo: pathWith(transactionId, state),
      signOutCsrf: guard.issue(c, SIGN_OUT_PURPOSE),
    });
    const [client, { closed, memberships }] = await Promise.all([
      deps.clients.find(authorization.clientId),
      reachFor(authorization, user),
    ]);
    if (client === undefined) return expired(c);
    const { userId } = user;
    if (memberships.length === 0) {
      const [shut] = closed;
      note(transactionId, 'consent', { userId, fault: shut === undefined ? 'not_a_member' : 'closed' });
      const { resourceOrgId } = authorization;
      return shut === undefined
        ? showNotMember(c, resourceOrgId !== null, visitor())
        : showClosed(c, shut, visitor());
    }
    const suspended = memberships.flatMap(({ organisation }) =>
      organisation.suspendedAt === null ? [] : [organisation.name],
    );
    if (suspended.length === memberships.length) return showSuspended(c, suspended, visitor());
    if (!isRegisteredRedirectUri(authorization.redirectUri, client.redirectUris)) {
      note(transactionId, 'consent', { userId, fault: 'client_changed' });
      return explain(c, { reason: 'client_changed' });
    }
    const offers = await offersOf(
      deps,
      memberships.filter(({ organisation }) => organisation.suspendedAt === null),
      {
        client,
        destination: destinationOf(authorization.redirectUri),
        resource: authorization.resource,
        userId,
      },
    );
    const { blockedBy, choices, notAllowedBy } = offers;
    if (choices.length === 0) {
      const isBlocked = blockedBy.length > 0;
      note(transactionId, 'consent', {
        userId,
        fault: isBlocked ? 'client_blocked' : 'client_not_allowed',
      });
      return isBlocked ? clientBlocked(c, blockedBy) : clientNotAllowed(c, notAllowedBy);
    }
    note(transactionId, 'consent', { userId });
    const offered = memberships.filter(({ organisation }) =>
      choices.some(({ slug }) => slug === organisation.slug),
    );
    const places = await placesOf(offered, authorization, user);
    return draw(c, { transactionId, authorization, user, client, closed, suspended, offers, places }, state);
  }

  function draw(
    c: Context<PageEnv>,
    { authorization, client, closed, offers, places, suspended, transactionId, user }: Question,
    state: FormState,
  ) {
    const { redirectUri } = authorization;
    const destination = destinationOf(redirectUri);
    const clientName = displayName(client.name, NAME_CHARACTERS_MAX) ?? client.name;
    const clientHost = client.kind === 'metadata_document' ? hostOfClientId(client.id) : undefined;
    if (state.problem !== undefined) c.status(state.status ?? 422);
    return c.html(
      document(
        <ConsentPage
          {...offers}
          clientName={clientName}
          clientHost={clientHost}
          imitates={imitatedHost(clientName, [clientHost ?? destination])}
          closed={closed.map(({ organisation }) => organisation.name)}
          suspended={suspended}
          destination={destination}
          redirectUri={redirectUri}
          loopback={isOnThisComputer(redirectUri)}
          places={places}
          chosen={state.chosen}
          clientVersion={versionOf(client)}
          maxAccess={authorization.maxAccess}
          lifetime={state.lifetime ?? ''}
          email={user.email}
          transactionId={transactionId}
          csrf={guard.issue(c, purposeOf(transactionId, user))}
          signOutCsrf={guard.issue(c, SIGN_OUT_PURPOSE)}
          returnTo={pathOf(transactionId)}
          problem={state.problem}
          access={state.access}
        />,
      ),
    );
  }

  return app;
}

function pathOf(transactionId: string): string {
  return `/oauth/consent?transaction=${transactionId}`;
}

/** With what was chosen so far, which is on the page again when the browser comes back to it. */
function pathWith(
  transactionId: string,
  {
    access,
    chosen,
    lifetime,
  }: { access: Access; chosen?: string | undefined; lifetime?: string | undefined },
): string {
  const choices = Object.entries({ access, organisation: chosen, lifetime });
  const given = choices.filter(([, value]) => value !== undefined && value !== '');
  return [pathOf(transactionId), ...given.map(([name, value]) => `${name}=${value}`)].join('&');
}

/** What a client said about itself when the page was drawn; its document may say something else by now. */
function versionOf(client: Client): string {
  return client.kind === 'metadata_document' ? (client.metadataHash ?? '') : '';
}

/** The form is good for one transaction in the session that it was shown to: for one person. */
function purposeOf(transactionId: string, user: CurrentUser | undefined): string {
  return `consent ${transactionId} ${user?.sessionId ?? ''}`;
}

function incomplete(c: Context<PageEnv>, message: string) {
  return refuse(c, 400, 'invalid_request', 'This form is incomplete', message);
}

function fromElsewhere(c: Context<PageEnv>, code: string) {
  return refuse(
    c,
    403,
    code,
    'This form came from somewhere else',
    'Nothing was approved. Start again from the app.',
  );
}

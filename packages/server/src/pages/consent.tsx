import { Hono, type Context } from 'hono';
import { noteOfTransaction, type AttemptTrace } from '../audit/attempts/trace.ts';
import type { Approvals, AuthorizationResponse, Choice, DecisionFault } from '../grants/approvals.ts';
import type { ClientRules } from '../grants/client-rules.ts';
import { hostOfClientId } from '../grants/client-documents/client-id-url.ts';
import type { Client, Clients } from '../grants/clients.ts';
import { destinationOf, isOnThisComputer } from '../grants/destination.ts';
import { highestAccess, type Access, type Role } from '../kernel/access.ts';
import { displayName } from '../kernel/display-name.ts';
import { isRegisteredRedirectUri } from '../kernel/redirect-uri.ts';
import type { ClientId, OrganisationId, UserId } from '../kernel/ids.ts';
import type { Handoff } from '../oauth/handoff.ts';
import type { Membership, ReachOf } from '../people/company/reach.ts';
import type { CurrentUser, People } from '../people/people.ts';
import { SIGN_OUT_PURPOSE } from './account-line.tsx';
import { finish, goTo } from './authorize-return.tsx';
import { showClosed } from './company/closed.tsx';
import { leaveToConnect, type ConnectDeps } from './connect.tsx';
import { answerSchema, choicesSchema, FIELDS, type Answer } from './consent-form.ts';
import { ConsentPage, type ConsentChoice } from './consent-page.tsx';
import type { FormGuard } from './form-guard.ts';
import { imitatedHost } from './imitation.ts';
import { document } from './layout.tsx';
import { showNotMember, showSuspended } from './no-organisation.tsx';
import type { PageEnv } from './page-env.ts';
import { readForm } from './read-form.ts';
import { clientBlocked, expired, handoffRefused, otherBrowser, refuse } from './refusals.ts';

const NAME_CHARACTERS_MAX = 60;

export interface ConsentDeps extends Pick<ConnectDeps, 'connects' | 'limitConnects'> {
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
  standingOfClient: ClientRules['standingOf'];
  /** The live connection that this person made last through this client. */
  latestGrantOf: (
    orgId: OrganisationId,
    userId: UserId,
    clientId: ClientId,
  ) => Promise<{ access: Access; createdAt: Date } | undefined>;
  /** What the organisation offers at the place that was asked for, by its path. */
  toolsAt: (
    orgId: OrganisationId,
    role: Role,
    resource: string,
  ) => Promise<{ read: number; full: number; consumesCredits: boolean; part?: string | undefined }>;
}

type Authorization = NonNullable<Awaited<ReturnType<Approvals['find']>>>;

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
    const user = await deps.people.currentUser(c.req.raw.headers);
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
    if (!answer.success)
      return refuse(
        c,
        400,
        'invalid_request',
        'This form is incomplete',
        'Choose what the app may do and try again.',
      );
    const { transaction, csrf, access } = answer.data;
    const user = await deps.people.currentUser(c.req.raw.headers);
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
    const memberships = await membershipsFor(authorization, user);
    const places = await placesOf(memberships, authorization, user);
    const place = places.find((one) => wanted === `${one.organisation.slug}/${one.slug}`);
    if (place === undefined) {
      return refuse(c, 400, 'invalid_request', 'This form is incomplete', 'Answer it and try again.');
    }
    const chosen = new URLSearchParams({
      transaction,
      access,
      ...(organisation === undefined ? {} : { organisation }),
      ...(lifetime === undefined ? {} : { lifetime }),
    });
    const returnTo = `/oauth/consent?${chosen.toString()}`;
    const left = await leaveToConnect(c, deps, { place, user, returnTo });
    if (left instanceof Response) return left;
    const { problem } = left;
    return show(c, transaction, authorization, user, { access, problem, chosen: organisation, lifetime });
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

  async function membershipsFor(authorization: Authorization, user: CurrentUser) {
    const { open } = await deps.reach(user);
    const { resourceOrgId } = authorization;
    return open.filter(({ organisation }) => resourceOrgId === null || organisation.id === resourceOrgId);
  }

  async function show(
    c: Context<PageEnv>,
    transactionId: string,
    authorization: Authorization,
    user: CurrentUser,
    state: {
      access: Access;
      problem?: string | undefined;
      chosen?: string | undefined;
      lifetime?: string | undefined;
    },
  ) {
    if (authorization.codeUsedAt !== null) return explain(c, { reason: 'already_connected' });
    const visitor = () => ({
      email: user.email,
      returnTo: pathOf(transactionId),
      signOutCsrf: guard.issue(c, SIGN_OUT_PURPOSE),
    });
    const [client, memberships] = await Promise.all([
      deps.clients.find(authorization.clientId),
      membershipsFor(authorization, user),
    ]);
    if (client === undefined) return expired(c);
    const { userId } = user;
    if (memberships.length === 0) {
      note(transactionId, 'consent', { userId, fault: 'not_a_member' });
      const { closed } = await deps.reach(user);
      const { resourceOrgId } = authorization;
      const shut = closed.find(({ organisation: { id } }) => resourceOrgId === null || id === resourceOrgId);
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
    const destination = destinationOf(authorization.redirectUri);
    const asked = await Promise.all(
      memberships
        .filter(({ organisation }) => organisation.suspendedAt === null)
        .map((membership) => toChoice(membership, client, destination, authorization.resource, user)),
    );
    const choices = asked.flatMap(({ tier, ...choice }): ConsentChoice[] =>
      tier.kind === 'blocked' ? [] : [{ ...choice, tier }],
    );
    const blockedBy = asked.flatMap(({ tier, name }) => (tier.kind === 'blocked' ? [name] : []));
    note(transactionId, 'consent', { userId, ...(choices.length === 0 ? { fault: 'client_blocked' } : {}) });
    if (choices.length === 0) return clientBlocked(c, blockedBy);
    const offered = memberships.filter(({ organisation }) =>
      choices.some(({ slug }) => slug === organisation.slug),
    );
    const places = await placesOf(offered, authorization, user);
    const clientName = displayName(client.name, NAME_CHARACTERS_MAX) ?? client.name;
    const clientHost = client.kind === 'metadata_document' ? hostOfClientId(client.id) : undefined;
    if (state.problem !== undefined) c.status(422);
    return c.html(
      document(
        <ConsentPage
          clientName={clientName}
          clientHost={clientHost}
          imitates={imitatedHost(clientName, [clientHost ?? destination])}
          blockedBy={blockedBy}
          suspended={suspended}
          destination={destination}
          redirectUri={authorization.redirectUri}
          loopback={isOnThisComputer(authorization.redirectUri)}
          choices={choices}
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

  async function toChoice(
    { organisation, role }: Membership,
    client: Client,
    destination: string,
    resource: string,
    user: CurrentUser,
  ) {
    const { id, slug, name, refreshDays } = organisation;
    const [tools, tier, earlier] = await Promise.all([
      deps.toolsAt(id, role, resource),
      deps.standingOfClient(id, client, destination),
      deps.latestGrantOf(id, user.userId, client.id),
    ]);
    return {
      slug,
      name,
      role,
      tools,
      tier,
      earlier,
      refreshDays,
      mayHoldFull: highestAccess(role) === 'full',
    };
  }

  return app;
}

function pathOf(transactionId: string): string {
  return `/oauth/consent?transaction=${transactionId}`;
}

/** What a client said about itself when the page was drawn; its document may say something else by now. */
function versionOf(client: Client): string {
  return client.kind === 'metadata_document' ? (client.metadataHash ?? '') : '';
}

/** The form is good for one transaction in the session that it was shown to: for one person. */
function purposeOf(transactionId: string, user: CurrentUser | undefined): string {
  return `consent ${transactionId} ${user?.sessionId ?? ''}`;
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

/** Each refusal says what can be done about it. What a person can mend on the form, they mend there. */
function explain(
  c: Context<PageEnv>,
  fault: DecisionFault,
  again?: (problem: string) => Response | Promise<Response>,
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
        'Your account does not belong to the organisation that this connector URL names. Ask one of its admins, or use another account.',
      );
    case 'client_blocked':
      return (
        again?.('An admin of that organisation has blocked this app.') ??
        clientBlocked(c, ['the organisation'])
      );
    case 'client_changed':
      return refuse(
        c,
        409,
        fault.reason,
        'The app has changed',
        'It no longer lists the address that it asked to be answered at, so nothing was sent there. Start again from the app.',
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

import type { Role } from '../kernel/access.ts';
import type { ConnectorId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { parseResourcePath } from '../kernel/resource.ts';
import type { Result } from '../kernel/result.ts';
import type { SessionScope } from '../kernel/session-scope.ts';
import type { Arrival, ArrivalFault, BrowserSession } from '../upstreams/credentials/personal/connecting.ts';
import type { ConnectionState, UpstreamAccounts } from '../upstreams/credentials/upstream-accounts.ts';
import type { Catalogues } from './catalogues.ts';
import { toolSetAt, type ConnectorView, type OrganisationView } from './organisation-view.ts';

/** An organisation, as far as one of its people can have accounts of their own behind it. */
export interface ConnectOrganisation {
  readonly id: OrganisationId;
  readonly slug: string;
  readonly name: string;
}

/** A connector where each person has an account of their own, and how it is with this person's. */
export interface ConnectPlace {
  readonly organisation: ConnectOrganisation;
  readonly connectorId: ConnectorId;
  readonly slug: string;
  /** As the operator named it: from outside. */
  readonly name: string;
  readonly audience: string;
  readonly state: ConnectionState;
}

export interface Connects {
  /** Those of the place at a path of the MCP door, in the order of their slugs. */
  at(
    organisation: ConnectOrganisation,
    role: Role,
    userId: UserId,
    path: string,
  ): Promise<readonly ConnectPlace[]>;
  /** Undefined: there is none, or it is another organisation's. */
  find(session: SessionScope, organisation: string, connector: string): Promise<ConnectPlace | undefined>;
  /** Where the browser goes, and the host of that. The failure is a sentence for the person. */
  begin(
    place: ConnectPlace,
    person: BrowserSession & { readonly userId: UserId; readonly returnTo: string },
  ): Promise<Result<{ readonly url: string; readonly host: string }, string>>;
  finish(
    arrival: Omit<Arrival, 'isMember'> & SessionScope,
  ): Promise<Result<{ readonly returnTo: string }, ArrivalFault>>;
  /** False: there was nothing to end. */
  disconnect(place: ConnectPlace, userId: UserId, requestId: RequestId): Promise<boolean>;
}

const PLACES_MAX = 50;

/** Where people connect accounts of their own at the services behind connectors. */
export function createConnects({
  catalogues,
  connectorPaths,
  membershipsOf,
  upstreamAccounts,
}: {
  catalogues: Catalogues;
  connectorPaths: readonly string[];
  /** Of the organisations that a session opens. */
  membershipsOf: (
    session: SessionScope,
  ) => Promise<{ organisation: ConnectOrganisation; aliases: readonly string[]; role: Role }[]>;
  upstreamAccounts: UpstreamAccounts;
}): Connects {
  async function placesOf(
    organisation: ConnectOrganisation,
    userId: UserId,
    views: readonly ConnectorView[],
  ): Promise<ConnectPlace[]> {
    const ids = views.map(({ target }) => target.id);
    const states = await upstreamAccounts.statesOf(organisation.id, userId, ids);
    return views.flatMap((view) => {
      const { id, name, slug } = view.target;
      const state = states.get(id);
      const audience = audienceOf(view);
      if (state === undefined || audience === undefined) return [];
      return [{ organisation, connectorId: id, slug, name, audience, state }];
    });
  }

  return {
    async at(organisation, role, userId, path) {
      const view = await catalogues.of(organisation.id, role);
      const places = await placesOf(organisation, userId, connectorsAt(view, path, connectorPaths));
      return places.slice(0, PLACES_MAX);
    },

    async find(session, organisationSlug, connectorSlug) {
      const memberships = await membershipsOf(session);
      const membership = memberships.find(
        ({ aliases, organisation }) =>
          organisation.slug === organisationSlug || aliases.includes(organisationSlug),
      );
      if (membership === undefined) return undefined;
      const { connectors } = await catalogues.of(membership.organisation.id, membership.role);
      const found = connectors.get(connectorSlug);
      const places = found && (await placesOf(membership.organisation, session.userId, [found]));
      return places?.[0];
    },

    begin: ({ audience, connectorId, organisation }, person) =>
      upstreamAccounts.connecting.begin({ ...person, audience, connectorId, orgId: organisation.id }),

    finish: (arrival) =>
      upstreamAccounts.connecting.finish({
        ...arrival,
        isMember: async (orgId) =>
          (await membershipsOf(arrival)).some(({ organisation }) => organisation.id === orgId),
      }),

    disconnect: ({ connectorId, organisation }, userId, requestId) =>
      upstreamAccounts.revoking.disconnect({ orgId: organisation.id, connectorId, userId }, requestId),
  };
}

function connectorsAt(
  view: OrganisationView,
  path: string,
  connectorPaths: readonly string[],
): readonly ConnectorView[] {
  const all = [...view.connectors.values()];
  const resource = parseResourcePath(path, connectorPaths);
  switch (resource?.kind) {
    case 'any':
    case 'organisation':
      return all;
    case 'connector':
      return all.filter(({ target }) => target.slug === resource.connector);
    case 'toolset': {
      const ids = new Set(toolSetAt(view, resource)?.tools.map(({ target }) => target.id));
      return all.filter(({ target }) => ids.has(target.id));
    }
    case undefined:
      return [];
  }
}

/** Undefined: a process of our own, which nobody signs in to. */
function audienceOf(view: ConnectorView): string | undefined {
  if (view.kind === 'api') return view.target.baseUrl;
  const { upstream } = view.target;
  return upstream.transport === 'stdio' ? undefined : upstream.url;
}

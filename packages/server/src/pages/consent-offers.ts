import type { ClientRules } from '../grants/client-rules.ts';
import type { Client } from '../grants/clients.ts';
import { ceilingOf, type Access, type Role } from '../kernel/access.ts';
import type { ClientId, OrganisationId, UserId } from '../kernel/ids.ts';
import type { Membership } from '../people/company/reach.ts';
import type { ConsentChoice } from './consent-page.tsx';

export interface OfferDeps {
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

interface Asked {
  readonly client: Client;
  readonly destination: string;
  readonly resource: string;
  readonly userId: UserId;
}

export interface Offers {
  readonly choices: readonly ConsentChoice[];
  /** Names of the organisations whose admins blocked the client. */
  readonly blockedBy: readonly string[];
  /** Names of those whose people connect clients that are known better. */
  readonly notAllowedBy: readonly string[];
}

/** What each of a person's organisations has for a client that asks. */
export async function offersOf(
  deps: OfferDeps,
  memberships: readonly Membership[],
  asked: Asked,
): Promise<Offers> {
  const all = await Promise.all(memberships.map((membership) => offerOf(deps, membership, asked)));
  const namesBlockedBy = (by: 'rule' | 'policy') =>
    all.flatMap(({ tier, name }) => (tier.kind === 'blocked' && tier.by === by ? [name] : []));
  return {
    choices: all.flatMap(({ tier, ...choice }) => (tier.kind === 'blocked' ? [] : [{ ...choice, tier }])),
    blockedBy: namesBlockedBy('rule'),
    notAllowedBy: namesBlockedBy('policy'),
  };
}

async function offerOf(
  { latestGrantOf, standingOfClient, toolsAt }: OfferDeps,
  { organisation, role }: Membership,
  { client, destination, resource, userId }: Asked,
) {
  const { id, logo, maxAccess, slug, name, refreshDays } = organisation;
  const [tools, tier, earlier] = await Promise.all([
    toolsAt(id, role, resource),
    standingOfClient(id, client, destination),
    latestGrantOf(id, userId, client.id),
  ]);
  return {
    slug,
    name,
    logo,
    role,
    tools,
    tier,
    earlier,
    refreshDays,
    mayHoldFull: ceilingOf(role, maxAccess) === 'full',
    maxAccess,
  };
}

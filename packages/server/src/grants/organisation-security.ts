import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, RequestId } from '../kernel/ids.ts';
import { faultOfNetwork } from '../kernel/networks.ts';
import { createOnlyFrom } from '../kernel/only-from.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { SessionScope } from '../kernel/session-scope.ts';
import { revokeGrants } from '../keys/revoke.ts';
import { can } from '../people/policy.ts';
import { refusableTransaction } from '../people/refusable-transaction.ts';
import { findSecondFactor } from '../people/two-factor/shown-factor.ts';
import type { Organisation } from '../store/queries/people.ts';
import type { SecuritySettings } from '../store/queries/security.ts';
import type { Queries, Store } from '../store/store.ts';
import type { ClientRules } from './client-rules.ts';

export type { SecuritySettings };

export const ADDRESSES_MAX = 100;
/** In hours: how old a sign-in may be. The last is as long as any session lasts. */
export const SESSION_HOURS = [12, 24, 72, 168] as const;

export type SecurityFault =
  | { readonly reason: 'forbidden' | 'changed_meanwhile' | 'own_second_factor' | 'too_many_addresses' }
  /** `text`: what is wrong with one of the addresses. */
  | { readonly reason: 'address_invalid'; readonly text: string }
  /** The list would shut out whoever saves it; `address`: where they are. */
  | { readonly reason: 'locks_you_out'; readonly address: string | undefined };

/** Whom a change would concern, as it is now. */
export interface SecurityEffects {
  readonly people: { readonly all: number; readonly withoutSecondFactor: number };
  readonly connections: {
    readonly all: number;
    readonly full: number;
    /** Of apps that nobody but themselves says who they are. */
    readonly unknownApps: number;
    /** Of apps that no admin approved. */
    readonly unapprovedApps: number;
  };
  readonly keys: { readonly all: number; readonly full: number };
}

/** What an organisation asks of sign-ins, apps, accesses and addresses. It holds from the next request on, on every node. */
export function createOrganisationSecurity({
  clientRules,
  clock,
  store,
}: {
  clientRules: Pick<ClientRules, 'forbiddenGrants'>;
  clock: Clock;
  store: Store;
}) {
  return {
    async of(orgId: OrganisationId): Promise<SecuritySettings | undefined> {
      const found = await store.people.findOrganisation(orgId);
      return found && settingsOf(found);
    },

    /** Whether this person could turn the second factor on: by a session that shows one, or by the company's word. */
    mayRequireSecondFactor: (orgId: OrganisationId, session: SessionScope): Promise<boolean> =>
      mayRequireSecondFactor(store, orgId, session),

    async effects(orgId: OrganisationId): Promise<SecurityEffects> {
      const [people, held, unknownApps, unapprovedApps] = await Promise.all([
        store.security.countPeople(orgId),
        store.security.countHeld(orgId),
        clientRules.forbiddenGrants(orgId, 'known'),
        clientRules.forbiddenGrants(orgId, 'approved'),
      ]);
      const { connections, keys } = held;
      const apps = { unknownApps: unknownApps.length, unapprovedApps: unapprovedApps.length };
      return { people, connections: { ...connections, ...apps }, keys };
    },

    /** `was`: what the admin saw. Nothing is changed if it is something else by now. Connections that a stricter policy forbids end. */
    async change(change: {
      readonly orgId: OrganisationId;
      readonly was: SecuritySettings;
      readonly becomes: SecuritySettings;
      readonly by: SessionScope;
      readonly requestId: RequestId;
    }): Promise<Result<{ settings: SecuritySettings; ended: number }, SecurityFault>> {
      const { by, orgId, requestId, was } = change;
      const becomes = { ...change.becomes, addresses: tidied(change.becomes.addresses) };
      const fault = faultOfAddresses(becomes.addresses);
      if (fault !== undefined) return fail(fault);
      return refusableTransaction<{ settings: SecuritySettings; ended: number }, SecurityFault>(
        store,
        async (queries) => {
          // What is redeemed meanwhile is seen below, or sees the change.
          await queries.people.lockMembers(orgId);
          const role = await queries.people.roleOf(orgId, by.userId);
          if (role === undefined || !can(role, 'settings.manage')) return fail({ reason: 'forbidden' });
          const found = await queries.people.findOrganisation(orgId);
          if (found === undefined || changedOf(settingsOf(found), was).length > 0)
            return fail({ reason: 'changed_meanwhile' });
          const changed = changedOf(was, becomes);
          if (changed.length === 0) return ok({ settings: was, ended: 0 });
          const refused = await refusalOf(queries, orgId, becomes, changed, by);
          if (refused !== undefined) return fail(refused);

          await queries.security.set(orgId, becomes);
          await queries.changes.add('organisation', orgId);
          const forbidden = changed.includes('clientPolicy')
            ? await clientRules.forbiddenGrants(orgId, becomes.clientPolicy, queries)
            : [];
          await revokeGrants(queries, orgId, forbidden, 'client_not_allowed');
          await recordEvent(queries, clock, {
            orgId,
            action: 'organisation.security_changed',
            actor: { kind: 'user', id: by.userId },
            target: orgId,
            requestId,
            outcome: 'ok',
            detail: {
              from: only(was, changed),
              to: only(becomes, changed),
              ...(forbidden.length > 0 && { ended_connections: forbidden.length }),
            },
          });
          return ok({ settings: becomes, ended: forbidden.length });
        },
      );
    },
  };
}

export type OrganisationSecurity = ReturnType<typeof createOrganisationSecurity>;

async function refusalOf(
  queries: Queries,
  orgId: OrganisationId,
  becomes: SecuritySettings,
  changed: readonly (keyof SecuritySettings)[],
  by: SessionScope,
): Promise<SecurityFault | undefined> {
  if (changed.includes('secondFactorRequired') && becomes.secondFactorRequired) {
    if (!(await mayRequireSecondFactor(queries, orgId, by))) return { reason: 'own_second_factor' };
  }
  if (!changed.includes('addresses')) return undefined;
  const onlyFrom = createOnlyFrom(becomes.addresses, becomes.addressScope);
  return onlyFrom?.admits(by.address) === false
    ? { reason: 'locks_you_out', address: by.address }
    : undefined;
}

async function mayRequireSecondFactor(
  queries: Pick<Queries, 'passkeys' | 'secondFactors'>,
  orgId: OrganisationId,
  by: SessionScope,
): Promise<boolean> {
  return by.viaOrgId === orgId || (await findSecondFactor(queries, by)) === 'shown';
}

function settingsOf(organisation: Organisation): SecuritySettings {
  const { addresses, addressScope, clientPolicy, maxAccess, secondFactorRequired, sessionHours, tokenMode } =
    organisation;
  return {
    secondFactorRequired,
    sessionHours,
    clientPolicy,
    maxAccess,
    addresses,
    addressScope,
    tokenMode,
  };
}

const NAMES = [
  'secondFactorRequired',
  'sessionHours',
  'clientPolicy',
  'maxAccess',
  'addresses',
  'addressScope',
  'tokenMode',
] as const satisfies readonly (keyof SecuritySettings)[];

function changedOf(one: SecuritySettings, other: SecuritySettings): (keyof SecuritySettings)[] {
  return NAMES.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
}

function only(
  settings: SecuritySettings,
  names: readonly (keyof SecuritySettings)[],
): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, settings[name]]));
}

/** Each once, as it was typed but for case and space around it. */
function tidied(addresses: readonly string[]): string[] {
  return [...new Set(addresses.map((address) => address.trim().toLowerCase()))].filter(
    (address) => address !== '',
  );
}

function faultOfAddresses(addresses: readonly string[]): SecurityFault | undefined {
  if (addresses.length > ADDRESSES_MAX) return { reason: 'too_many_addresses' };
  for (const address of addresses) {
    const text = faultOfNetwork(address);
    if (text !== undefined) return { reason: 'address_invalid', text };
  }
  return undefined;
}

import { z } from 'zod';
import type { AuditEntry } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Access } from '../kernel/access.ts';
import type { FetchDocument } from '../kernel/address-guard.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { revokeGrants } from '../keys/revoke.ts';
import { can } from '../people/policy.ts';
import { requireRight } from '../people/require-right.ts';
import { refusableTransaction } from '../people/refusable-transaction.ts';
import type { IdentityLinkFilter } from '../store/queries/identity-link-list.ts';
import type { Queries, Store } from '../store/store.ts';
import type { PublicKeySet } from './client-keys.ts';
import type { PublishedKeys } from './published-keys.ts';

const METADATA_BYTES_MAX = 64 * 1024;
const PAGE_ITEMS = 100;

/** Who does it, where, and in which request. */
export interface IdentityDecision {
  orgId: OrganisationId;
  decidedBy: UserId;
  requestId: RequestId;
}

export interface NewIssuer extends IdentityDecision {
  issuer: string;
  access: Access;
  /** Its keys, or where they are published; neither: the issuer's own metadata says where. */
  jwks: PublicKeySet | undefined;
  jwksUri: string | undefined;
}

export interface NewLink extends IdentityDecision {
  issuer: string;
  subject: string;
  /** Address of the member that the subject stands for. */
  email: string;
}

export interface LinkFault {
  /** `owners_only`: an owner's identity is linked by an owner alone. */
  reason: 'forbidden' | 'no_issuer' | 'no_member' | 'exists' | 'owners_only';
}

/** Identity providers that an organisation's admins trust, and whom each of their subjects stands for. */
export function createIdentityProviders({
  store,
  fetchDocument,
  publishedKeys,
  clock,
}: {
  store: Store;
  fetchDocument: FetchDocument;
  publishedKeys: PublishedKeys;
  clock: Clock;
}) {
  async function record(
    queries: Queries,
    { orgId, decidedBy, requestId }: IdentityDecision,
    entry: Pick<AuditEntry, 'action' | 'target' | 'detail'>,
  ): Promise<void> {
    const actor = { kind: 'user', id: decidedBy } as const;
    await recordEvent(queries, clock, { orgId, actor, requestId, outcome: 'ok', ...entry });
  }

  /** Where the issuer says that its keys are (OpenID Connect Discovery section 4, RFC 8414 section 3). */
  async function discover(issuer: string): Promise<string | undefined> {
    for (const url of metadataUrls(issuer)) {
      const answer = await fetchDocument(url, { bytesMax: METADATA_BYTES_MAX });
      const metadata = answer.ok ? metadataSchema.safeParse(answer.value.body) : undefined;
      // Section 3.3: metadata of another issuer is none.
      if (metadata?.success === true && metadata.data.issuer === issuer) return metadata.data.jwks_uri;
    }
    return undefined;
  }

  async function endGrants(
    queries: Queries,
    { orgId }: IdentityDecision,
    about: { issuer: string; userId?: UserId; reason: string },
  ): Promise<number> {
    const live = await queries.identityProviders.listLiveGrants(orgId, about.issuer, about.userId);
    return (await revokeGrants(queries, orgId, live, about.reason)).length;
  }

  return {
    listIssuers: (orgId: OrganisationId) => store.identityProviders.listIssuers(orgId),

    /** By issuer and subject, a hundred at a time. */
    async linkPage(filter: IdentityLinkFilter, after: { issuer: string; subject: string } | undefined) {
      const [found, total] = await Promise.all([
        store.identityProviders.linkPage(filter, { after, limit: PAGE_ITEMS + 1 }),
        store.identityProviders.countLinks(filter),
      ]);
      const items = found.slice(0, PAGE_ITEMS);
      return { items, total, next: found.length > PAGE_ITEMS ? items.at(-1) : undefined };
    },

    /** `unreadable`: no keys could be read, and why is nobody's business who only asks. */
    async trust(
      wanted: NewIssuer,
    ): Promise<Result<{ jwksUri: string | null }, { reason: 'exists' | 'unreadable' }>> {
      const { orgId, issuer, access, jwks, decidedBy } = wanted;
      const jwksUri = jwks === undefined ? (wanted.jwksUri ?? (await discover(issuer))) : null;
      if (jwksUri === undefined) return fail({ reason: 'unreadable' });
      if (jwksUri !== null && (await publishedKeys(jwksUri, undefined)) === undefined) {
        return fail({ reason: 'unreadable' });
      }
      return refusableTransaction(store, async (queries) => {
        await requireRight(queries, { orgId, by: decidedBy, needs: 'identity_providers.manage' });
        const row = { orgId, issuer, access, jwks: jwks ?? null, jwksUri, createdBy: decidedBy };
        if (!(await queries.identityProviders.addIssuer(row))) return fail({ reason: 'exists' } as const);
        await record(queries, wanted, {
          action: 'issuer.trusted',
          target: issuer,
          detail: { access, jwks_uri: jwksUri },
        });
        return ok({ jwksUri });
      });
    },

    /** Its links and all connections by its word end at once, on every node. Undefined: it was not trusted. */
    remove: (decision: IdentityDecision & { issuer: string }): Promise<{ endedGrants: number } | undefined> =>
      store.transaction(async (queries) => {
        const { decidedBy, orgId, issuer } = decision;
        await requireRight(queries, { orgId, by: decidedBy, needs: 'identity_providers.manage' });
        if (!(await queries.identityProviders.removeIssuer(orgId, issuer))) return undefined;
        const endedGrants = await endGrants(queries, decision, { issuer, reason: 'issuer_removed' });
        await record(queries, decision, {
          action: 'issuer.removed',
          target: issuer,
          detail: { ended_grants: endedGrants },
        });
        return { endedGrants };
      }),

    link: (wanted: NewLink): Promise<Result<{ userId: UserId }, LinkFault>> =>
      refusableTransaction<{ userId: UserId }, LinkFault>(store, async (queries) => {
        const { decidedBy, orgId, issuer, subject, email } = wanted;
        // Until this ends, the member and who links stay what the checks see.
        await queries.people.lockMembers(orgId);
        const role = await queries.people.roleOf(orgId, decidedBy);
        if (role === undefined || !can(role, 'identity_providers.manage'))
          return fail({ reason: 'forbidden' });
        if (!(await queries.identityProviders.holdIssuer(orgId, issuer))) {
          return fail({ reason: 'no_issuer' });
        }
        const members = await queries.people.listMembers(orgId);
        const member = members.find((one) => one.email === email.toLowerCase());
        if (member === undefined) return fail({ reason: 'no_member' });
        if (!can(role, member.role === 'owner' ? 'owners.manage' : 'members.manage')) {
          return fail({ reason: 'owners_only' });
        }
        const { userId } = member;
        if (!(await queries.identityProviders.addLink({ orgId, issuer, subject, userId }))) {
          return fail({ reason: 'exists' });
        }
        await record(queries, wanted, {
          action: 'identity.linked',
          target: userId,
          detail: { issuer, subject },
        });
        return ok({ userId });
      }),

    /** Ends the member's connections by this issuer's word, at once. Undefined: there was no such link. */
    unlink: (
      decision: IdentityDecision & { issuer: string; subject: string },
    ): Promise<{ endedGrants: number } | undefined> =>
      store.transaction(async (queries) => {
        const { decidedBy, orgId, issuer, subject } = decision;
        await requireRight(queries, { orgId, by: decidedBy, needs: 'identity_providers.manage' });
        const userId = await queries.identityProviders.removeLink(orgId, issuer, subject);
        if (userId === undefined) return undefined;
        const endedGrants = await endGrants(queries, decision, {
          issuer,
          userId,
          reason: 'identity_unlinked',
        });
        await record(queries, decision, {
          action: 'identity.unlinked',
          target: userId,
          detail: { issuer, subject, ended_grants: endedGrants },
        });
        return { endedGrants };
      }),
  };
}

export type IdentityProviders = ReturnType<typeof createIdentityProviders>;

const metadataSchema = z.object({ issuer: z.string(), jwks_uri: z.string().max(2048) });

function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

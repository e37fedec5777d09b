import { and, asc, count, eq, gt, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { clientRules, clients, type ClientRule } from '../schema.ts';
import { anyHas } from './place.ts';

export interface ClientRuleFilter {
  orgId: OrganisationId;
  q?: string | undefined;
  rule?: ClientRule | undefined;
}

/** What an organisation's admins decided about clients, a page at a time. */
export function createClientRuleListQueries(executor: Executor) {
  // A rule can be about whatever somebody typed: what another organisation's app is called is none of their business.
  const named = and(
    eq(clients.id, sql`${clientRules.subject}`),
    or(isNull(clients.orgId), eq(clients.orgId, clientRules.orgId)),
  );
  return {
    /** By their subject, with the name of the client that one is about. */
    rulePage(filter: ClientRuleFilter, { after, limit }: { after: string | undefined; limit: number }) {
      return executor
        .select({ rule: clientRules, clientName: clients.name })
        .from(clientRules)
        .leftJoin(clients, named)
        .where(and(among(filter), after === undefined ? undefined : gt(clientRules.subject, after)))
        .orderBy(asc(clientRules.subject))
        .limit(limit);
    },

    /** How many there are on all pages. */
    async countRules(filter: ClientRuleFilter): Promise<number> {
      const [row] = await executor
        .select({ found: count() })
        .from(clientRules)
        .leftJoin(clients, named)
        .where(among(filter));
      return row?.found ?? 0;
    },
  };
}

function among({ orgId, q = '', rule }: ClientRuleFilter): SQL | undefined {
  return and(
    eq(clientRules.orgId, orgId),
    rule && eq(clientRules.rule, rule),
    q.trim() === '' ? undefined : anyHas([clientRules.subject, clients.name], q.trim()),
  );
}

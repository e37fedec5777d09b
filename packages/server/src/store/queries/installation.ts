import { sql } from 'drizzle-orm';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { auditEvents, connectors, grants, memberships, organisations, usageHours, users } from '../schema.ts';

/** `deleted`: by its owners, and about to be gone. */
export type OrganisationState = 'active' | 'suspended' | 'deleted';

export interface InstalledOrganisation extends Record<string, unknown> {
  id: OrganisationId;
  slug: string;
  name: string;
  createdAtMs: number;
  suspendedAtMs: number | null;
  deletedAtMs: number | null;
  people: number;
  owners: number;
  /** Its own; those that all organisations share are not counted. */
  connectors: number;
  /** That work now. */
  connections: number;
  calls: number;
}

export interface OperatorAct extends Record<string, unknown> {
  id: number;
  atMs: number;
  action: string;
  actorId: UserId | null;
  actorEmail: string | null;
  organisation: string | null;
  target: string | null;
  /** Of a person: their address today, or the one that was written down. */
  targetName: string | null;
  outcome: string | null;
  requestId: string | null;
  detail: Record<string, unknown> | null;
}

export interface LastBackup extends Record<string, unknown> {
  atMs: number;
  /** Its name alone: the folder is not written down. */
  file: string;
  sizeBytes: number;
}

export interface OrganisationsWanted {
  /** In name or slug; empty: all. */
  readonly text: string;
  readonly state: OrganisationState | undefined;
}

/** What operators see of the whole installation: names and counts, and nothing that an organisation keeps. */
export function createInstallationQueries(executor: Executor) {
  return {
    /** Newest first, below the place where the page before ended. */
    async listOrganisations(
      wanted: OrganisationsWanted,
      place: { readonly before: { atMs: number; id: string } | undefined; readonly limit: number; now: Date },
    ): Promise<InstalledOrganisation[]> {
      const { before, limit, now } = place;
      const at = sql`date_trunc('milliseconds', ${organisations.createdAt})`;
      const further =
        before === undefined
          ? sql`true`
          : sql`(${at}, ${organisations.id}) < (${new Date(before.atMs).toISOString()}::timestamptz, ${before.id})`;
      const since = new Date(now.getTime() - 24 * 60 * 60 * 1000).toISOString();
      const { rows } = await executor.execute<InstalledOrganisation>(sql`
        select page.id, page.slug, page.name,
               (extract(epoch from page.created_at) * 1000)::float8 as "createdAtMs",
               (extract(epoch from page.suspended_at) * 1000)::float8 as "suspendedAtMs",
               (extract(epoch from page.deleted_at) * 1000)::float8 as "deletedAtMs",
               (select count(*)::int from ${memberships} where org_id = page.id) as people,
               (select count(*)::int from ${memberships} where org_id = page.id and role = 'owner') as owners,
               (select count(*)::int from ${connectors} where org_id = page.id) as connectors,
               (select count(*)::int from ${grants} where org_id = page.id and revoked_at is null
                  and expires_at > ${now.toISOString()}::timestamptz) as connections,
               (select coalesce(sum(calls), 0)::int from ${usageHours}
                where org_id = page.id and hour >= ${since}::timestamptz) as calls
        from (
          select ${organisations.id}, ${organisations.slug}, ${organisations.name},
                 ${at} as created_at, ${organisations.suspendedAt}, ${organisations.deletedAt}
          from ${organisations} where ${isWanted(wanted)} and ${further}
          order by ${at} desc, ${organisations.id} desc limit ${limit}
        ) page order by page.created_at desc, page.id desc`);
      return rows;
    },

    async countOrganisations(wanted: OrganisationsWanted): Promise<number> {
      const { rows } = await executor.execute<{ found: number }>(
        sql`select count(*)::int as found from ${organisations} where ${isWanted(wanted)}`,
      );
      return rows[0]?.found ?? 0;
    },

    /** What operators did, newest first: on the installation, and on organisations. */
    async listActs({ below, limit }: { below: number; limit: number }): Promise<OperatorAct[]> {
      const { rows } = await executor.execute<OperatorAct>(sql`
        select act.id::float8 as id, (extract(epoch from act.at) * 1000)::float8 as "atMs", act.action,
               act.actor_id as "actorId", person.email as "actorEmail", organisation.name as organisation,
               act.target, coalesce(meant.email, act.detail->>'email') as "targetName", act.outcome, act.request_id as "requestId", act.detail
        from ${auditEvents} act
        left join ${users} person on person.id = act.actor_id
        left join ${users} meant on meant.id = act.target
        left join ${organisations} organisation on organisation.id = act.org_id
        where act.actor_kind = 'operator' and act.id < ${below}
        order by act.id desc limit ${limit}`);
      return rows;
    },

    /** The database itself. `migrations`: how many have run. */
    async readDatabase(): Promise<{ version: string; sizeBytes: number; migrations: number }> {
      const { rows } = await executor.execute<{ version: string; sizeBytes: number; migrations: number }>(sql`
        select current_setting('server_version') as version,
               pg_database_size(current_database())::float8 as "sizeBytes",
               (select count(*)::int from drizzle.__drizzle_migrations) as migrations`);
      const [row] = rows;
      if (row === undefined) throw new Error('the database said nothing of itself');
      return row;
    },

    /** As `latchkey backup` wrote it down. */
    async lastBackup(): Promise<LastBackup | undefined> {
      const { rows } = await executor.execute<LastBackup>(sql`
        select (extract(epoch from at) * 1000)::float8 as "atMs", target as file,
               (detail->>'bytes')::float8 as "sizeBytes"
        from ${auditEvents} where actor_kind = 'operator' and action = 'backup.made'
        order by id desc limit 1`);
      return rows[0];
    },

    async countCatalogues(): Promise<{ connectors: number; shared: number }> {
      const { rows } = await executor.execute<{ connectors: number; shared: number }>(sql`
        select count(*)::int as connectors, count(*) filter (where org_id is null)::int as shared
        from ${connectors}`);
      return rows[0] ?? { connectors: 0, shared: 0 };
    },
  };
}

/** As it was typed: a percent sign is one. */
function isWanted({ state, text }: OrganisationsWanted) {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const named =
    text === ''
      ? sql`true`
      : sql`(${organisations.name} ilike ${pattern} or ${organisations.slug} ilike ${pattern})`;
  return state === undefined ? named : sql`${named} and ${ARE[state]}`;
}

const ARE = {
  active: sql`${organisations.suspendedAt} is null and ${organisations.deletedAt} is null`,
  suspended: sql`${organisations.suspendedAt} is not null and ${organisations.deletedAt} is null`,
  deleted: sql`${organisations.deletedAt} is not null`,
} as const;

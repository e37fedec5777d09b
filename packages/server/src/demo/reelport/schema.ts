import type { Database } from './database.ts';

/**
 * Reelport's own tables, in its own schema. Every row carries its organisation, and every key starts with it.
 * `seq` orders the lists. Each statement does nothing when it has been applied before.
 */
const SCHEMA = `
create schema if not exists reelport;

create table if not exists reelport.organisations (
  org_id text primary key,
  slug text not null,
  credits integer not null check (credits >= 0),
  created_at timestamptz not null
);

create table if not exists reelport.accounts (
  org_id text not null references reelport.organisations,
  id text not null,
  seq bigint generated always as identity,
  platform text not null,
  handle text not null,
  connected_at timestamptz not null,
  primary key (org_id, id)
);
create unique index if not exists accounts_handle on reelport.accounts (org_id, platform, lower(handle));
create index if not exists accounts_list on reelport.accounts (org_id, seq);

create table if not exists reelport.media (
  org_id text not null references reelport.organisations,
  id text not null,
  seq bigint generated always as identity,
  filename text not null,
  title text,
  content_type text not null,
  size_bytes integer not null,
  sha256 text,
  created_at timestamptz not null,
  primary key (org_id, id)
);
create index if not exists media_list on reelport.media (org_id, seq);

create table if not exists reelport.bundles (
  org_id text not null references reelport.organisations,
  id text not null,
  seq bigint generated always as identity,
  title text not null,
  caption text,
  account_ids text[] not null default '{}',
  media_ids text[] not null default '{}',
  credits_spent integer not null default 0,
  published_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  status text not null generated always as (
    case
      when published_at is not null then 'published'
      when cardinality(account_ids) > 0 and cardinality(media_ids) > 0 then 'ready'
      else 'draft'
    end
  ) stored,
  primary key (org_id, id)
);
create index if not exists bundles_list on reelport.bundles (org_id, seq);

create table if not exists reelport.webhooks (
  org_id text not null references reelport.organisations,
  id text not null,
  seq bigint generated always as identity,
  url text not null,
  events text[] not null,
  secret_hash text not null,
  created_at timestamptz not null,
  primary key (org_id, id)
);
create index if not exists webhooks_list on reelport.webhooks (org_id, seq);

create table if not exists reelport.ledger (
  org_id text not null references reelport.organisations,
  id text not null,
  seq bigint generated always as identity,
  kind text not null,
  amount integer not null,
  balance_after integer not null,
  bundle_id text,
  description text not null,
  created_at timestamptz not null,
  primary key (org_id, id),
  foreign key (org_id, bundle_id) references reelport.bundles (org_id, id)
);
create index if not exists ledger_list on reelport.ledger (org_id, seq);

create table if not exists reelport.daily_numbers (
  org_id text not null references reelport.organisations,
  bundle_id text not null,
  day date not null,
  views integer not null,
  likes integer not null,
  shares integer not null,
  primary key (org_id, bundle_id, day),
  foreign key (org_id, bundle_id) references reelport.bundles (org_id, id)
);
`;

/** "reel" and "port" in ASCII: two processes that start together apply the schema one after the other. */
const LOCK = [0x7265656c, 0x706f7274];

export async function applyReelportSchema(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.rows('select pg_advisory_xact_lock($1, $2)', LOCK);
    await tx.rows(SCHEMA);
  });
}

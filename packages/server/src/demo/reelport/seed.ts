import { createHash } from 'node:crypto';

import type { Caller } from './caller.ts';
import type { Queries } from './database.ts';
import { newReelportId } from './ids.ts';

const DAYS = 28;
const DAY_MS = 86_400_000;
const SAMPLE = Buffer.from('A sample that stands for a video.');

/** Two accounts, one video, three bundles (one in each state) and four weeks of numbers. */
export async function seedOrganisation(tx: Queries, caller: Caller, now: Date): Promise<void> {
  const { orgId } = caller;
  const accountIds = await seedAccounts(tx, caller, now);
  const mediaId = newReelportId('med');
  await tx.rows(
    `insert into reelport.media (org_id, id, filename, title, content_type, size_bytes, sha256, created_at)
     values ($1, $2, 'welcome.mp4', 'Welcome', 'video/mp4', $3, $4, $5)`,
    [orgId, mediaId, SAMPLE.length, createHash('sha256').update(SAMPLE).digest('hex'), now],
  );
  const publishedAt = new Date(now.getTime() - DAYS * DAY_MS);
  const published = { title: 'Welcome to Reelport', accountIds, mediaIds: [mediaId], publishedAt };
  const publishedId = await seedBundle(tx, orgId, now, published);
  await seedBundle(tx, orgId, now, { title: 'Spring launch', accountIds, mediaIds: [mediaId] });
  await seedBundle(tx, orgId, now, { title: 'Behind the scenes', accountIds: [], mediaIds: [] });
  await seedNumbers(tx, orgId, publishedId, now);
}

async function seedAccounts(tx: Queries, { orgId, orgSlug }: Caller, now: Date): Promise<string[]> {
  const handle = `@${orgSlug.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 60)}`;
  const ids: string[] = [];
  for (const platform of ['tiktok', 'instagram']) {
    const id = newReelportId('acc');
    ids.push(id);
    await tx.rows(
      `insert into reelport.accounts (org_id, id, platform, handle, connected_at)
       values ($1, $2, $3, $4, $5)`,
      [orgId, id, platform, handle, now],
    );
  }
  return ids;
}

interface SeedBundle {
  title: string;
  accountIds: string[];
  mediaIds: string[];
  publishedAt?: Date;
}

async function seedBundle(tx: Queries, orgId: string, now: Date, bundle: SeedBundle): Promise<string> {
  const id = newReelportId('bdl');
  const createdAt = bundle.publishedAt ?? now;
  await tx.rows(
    `insert into reelport.bundles
       (org_id, id, title, account_ids, media_ids, published_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7)`,
    [orgId, id, bundle.title, bundle.accountIds, bundle.mediaIds, bundle.publishedAt ?? null, createdAt],
  );
  return id;
}

/** A curve that falls off after the first days, with a weekly swing. Made up, and the same for everyone. */
async function seedNumbers(tx: Queries, orgId: string, bundleId: string, now: Date): Promise<void> {
  await tx.rows(
    `insert into reelport.daily_numbers (org_id, bundle_id, day, views, likes, shares)
     select $1, $2, $3::date - age, v, v / 12, v / 90
     from generate_series(0, $4::int - 1) as age,
       lateral (select 200 + 60 * age + 40 * (age % 7) as v) as numbers`,
    [orgId, bundleId, now.toISOString().slice(0, 10), DAYS],
  );
}

import { sql } from 'drizzle-orm';
import { jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { at, createdAt } from './times.ts';

// The keys that access tokens are signed with.

export type SigningKeyState = 'next' | 'active' | 'retired';

export const signingKeys = pgTable(
  'signing_keys',
  {
    kid: text('kid').primaryKey(),
    state: text('state').$type<SigningKeyState>().notNull(),
    publicJwk: jsonb('public_jwk').$type<Record<string, string>>().notNull(),
    sealedPrivateJwk: text('sealed_private_jwk').notNull(),
    createdAt: createdAt(),
    activatedAt: at('activated_at'),
    retiredAt: at('retired_at'),
  },
  (table) => [
    uniqueIndex('signing_keys_active')
      .on(table.state)
      .where(sql`${table.state} = 'active'`),
  ],
);

import { bigint, boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { UserId } from '../../kernel/ids.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// What people have besides a password to show who they are.

const ofUser = () =>
  text('user_id')
    .$type<UserId>()
    .references(() => users.id, { onDelete: 'cascade' });

/** A person's authenticator app. Until `confirmedAt` it is only being set up and asked for nowhere. */
export const totpFactors = pgTable('totp_factors', {
  userId: ofUser().primaryKey(),
  sealed: text('sealed').notNull(),
  confirmedAt: at('confirmed_at'),
  /** The time step of the last code that was taken: no code is good twice (RFC 6238 section 5.2). */
  lastStep: integer('last_step').notNull().default(0),
  /** Attempts since the last right one, counted before each is looked at. */
  failures: integer('failures').notNull().default(0),
  lockedUntil: at('locked_until'),
  createdAt: createdAt(),
});

export const backupCodes = pgTable(
  'backup_codes',
  {
    userId: ofUser().notNull(),
    codeHash: text('code_hash').notNull(),
    usedAt: at('used_at'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeHash] })],
);

/** Who has given the right password and is asked for the second factor. */
export const pendingSignIns = pgTable(
  'pending_sign_ins',
  {
    tokenHash: text('token_hash').primaryKey(),
    userId: ofUser().notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('pending_sign_ins_user').on(table.userId)],
);

/** Browsers that are not asked for the second factor again for a while. */
export const rememberedBrowsers = pgTable(
  'remembered_browsers',
  {
    tokenHash: text('token_hash').primaryKey(),
    userId: ofUser().notNull(),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('remembered_browsers_user').on(table.userId)],
);

export const passkeys = pgTable(
  'passkeys',
  {
    /** The credential id, base64url. */
    id: text('id').primaryKey(),
    userId: ofUser().notNull(),
    name: text('name').notNull(),
    /** COSE, base64url. */
    publicKey: text('public_key').notNull(),
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: text('transports').array().notNull(),
    backedUp: boolean('backed_up').notNull(),
    createdAt: createdAt(),
    lastUsedAt: at('last_used_at'),
  },
  (table) => [index('passkeys_user').on(table.userId)],
);

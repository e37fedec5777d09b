import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

// What a backup says of itself: docs/backup.md.

export const README_FILE = 'READ-ME.txt';
export const MANIFEST_FILE = 'manifest.json';
export const SEAL_FILE = 'manifest.hmac-sha256';

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const hex256 = z.string().regex(/^[0-9a-f]{64}$/);

const manifestSchema = z.object({
  format: z.literal('latchkey-backup'),
  version: z.literal(1),
  made_at: z.iso.datetime(),
  /** PostgreSQL's, for who looks. */
  server: z.string(),
  /** Says under which LATCHKEY_SECRET it was made, and nothing about that. */
  secret: hex256,
  /** The steps that its schema has had. */
  migrations: z.array(z.object({ when: z.number().int(), hash: hex256 })).min(1),
  schema: z.string(),
  tables: z.array(
    z.object({
      name,
      columns: z.array(name).min(1),
      rows: z.number().int().nonnegative(),
      parts: z.array(z.object({ file: z.string(), bytes: z.number().int(), sha256: hex256 })),
    }),
  ),
  sequences: z.array(z.object({ name, last_value: z.string().regex(/^\d+$/), is_called: z.boolean() })),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Undefined: it is none, or one of a later format. */
export function parseManifest(content: Buffer): Manifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(content.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Names the key, so that another key can be told from a change. */
export function nameOfKey(key: Uint8Array): string {
  return createHmac('sha256', key).update('latchkey backup: which key').digest('hex');
}

/** Over the manifest's bytes, which hold the hash of everything else: nobody without the key makes a backup. */
export function sealOf(key: Uint8Array, manifest: Uint8Array): string {
  return createHmac('sha256', key).update('latchkey backup: manifest\n').update(manifest).digest('hex');
}

export function isSealOf(key: Uint8Array, manifest: Uint8Array, seal: string): boolean {
  const [expected, given] = [Buffer.from(sealOf(key, manifest)), Buffer.from(seal)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

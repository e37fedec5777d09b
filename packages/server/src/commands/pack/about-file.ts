import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { fail, ok, type Result } from '../../kernel/result.ts';

const ICON_BYTES_MAX = 1024 * 1024;
const SEMVER = /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z][0-9A-Za-z.-]{0,60})?$/;

/** One line, as it is shown to people: what moves a cursor or hides a letter is no part of it. */
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text), {
      error: 'must be one line of visible characters',
    });

const paragraph = (max: number) =>
  z
    .string()
    .transform((text) => text.replace(/\s+/g, ' '))
    .pipe(line(max));

const page = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2_000)
  .refine((url) => URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '', {
    error: 'must have no user and no password',
  });

/** What a publisher says: docs/pack.md. */
const aboutSchema = z.strictObject({
  title: line(100).optional(),
  tagline: line(200).optional(),
  description: paragraph(2_000).optional(),
  version: z.string().regex(SEMVER, { error: 'must be a version such as 1.0.0' }).default('1.0.0'),
  author: z
    .strictObject({ name: line(100), email: z.email().max(200).optional(), url: page.optional() })
    .transform(({ email, name, url }) => ({
      name,
      ...(email === undefined ? {} : { email }),
      ...(url === undefined ? {} : { url }),
    }))
    .optional(),
  license: z
    .string()
    .regex(/^[\w.+() -]{1,100}$/, { error: 'must be an SPDX expression such as MIT' })
    .optional(),
  homepage: page.optional(),
  documentation: page.optional(),
  support: z.union([page, z.email().max(200)], { error: 'must be a URL or an e-mail address' }).optional(),
  repository: page.optional(),
  privacy_policy: page.optional(),
  terms: page.optional(),
  keywords: z.array(line(50)).max(50).default([]),
  prompts: z.array(paragraph(500)).max(20).default([]),
  /** Path of a PNG, from the folder of this file. */
  icon: z.string().min(1).optional(),
});

export type AboutFile = Omit<z.infer<typeof aboutSchema>, 'icon'> & {
  readonly icon?: Uint8Array | undefined;
};

/** What the file says; without a file what nobody said. The failure is a sentence. */
export async function readAboutFile(path: string | undefined): Promise<Result<AboutFile, string>> {
  if (path === undefined) return ok({ version: '1.0.0', keywords: [], prompts: [] });
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return fail(`${path} cannot be read`);
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    return fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = aboutSchema.safeParse(content ?? {});
  if (!read.success) return fail(`${path}: ${z.prettifyError(read.error)}`);
  const { icon: iconPath, ...said } = read.data;
  if (iconPath === undefined) return ok(said);
  const file = resolve(dirname(path), iconPath);
  const icon = await readFile(file).catch(() => undefined);
  if (icon === undefined) return fail(`${path}: icon: ${file} cannot be read`);
  if (icon.length > ICON_BYTES_MAX) return fail(`${path}: icon: ${file} has more than 1 MB`);
  if (!icon.subarray(1, 4).equals(Buffer.from('PNG'))) return fail(`${path}: icon: ${file} is no PNG`);
  return ok({ ...said, icon });
}

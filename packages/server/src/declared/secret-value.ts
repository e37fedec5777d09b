import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';

/** A value that may be a secret: written out, or taken from a variable or a file, so that it need not stand in the file. */
export const secretValueSchema = z.union(
  [z.string(), z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  { error: 'must be a text, { env: NAME } or { file: path }' },
);

export type SecretValue = z.infer<typeof secretValueSchema>;

/** Where declared values are found. */
export interface Surroundings {
  /** Of the file that declares; paths start there. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The line break at the end of a file is its editor's. The failure names the variable or the file, never the value. */
export async function readSecretValue(
  value: SecretValue,
  { folder, variables }: Surroundings,
): Promise<Result<string, string>> {
  if (typeof value === 'string') return ok(value);
  if ('env' in value) {
    const found = variables[value.env];
    return found === undefined ? fail(`the variable ${value.env} is not set`) : ok(found);
  }
  const path = resolve(folder, value.file);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? fail(`${path} cannot be read`) : ok(text.replace(/\r?\n$/, ''));
}

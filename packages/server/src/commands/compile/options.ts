import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CompileOptions, ModeWish } from '@latchkey/tools';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  compileFields,
  compileOptionsOf,
  offeringFields,
  offeringOf,
} from '../../connectors/compile-options.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** What the command line says. */
export interface OptionFlags {
  readonly mode: ModeWish | undefined;
  readonly options: string | undefined;
  readonly overlay: string | undefined;
  readonly entry: string | undefined;
  readonly includeDeprecated: boolean;
  readonly serverHosts: readonly string[];
}

type Options = CompileOptions & { readonly entry?: string };

const fileSchema = z.strictObject({ ...offeringFields, ...compileFields });

/** The options of the file and of the command line, which goes before it. The failure is a sentence. */
export async function readOptions(flags: OptionFlags): Promise<Result<Options, string>> {
  const fromFile = flags.options === undefined ? ok<Options>({}) : await readOptionsFile(flags.options);
  if (!fromFile.ok) return fromFile;
  const { include, serverHosts = [], ...rest } = fromFile.value;
  const overlay = flags.overlay === undefined ? undefined : await bytesOf(flags.overlay);
  if (flags.overlay !== undefined && overlay === undefined) return fail(`${flags.overlay} cannot be read`);
  return ok({
    ...rest,
    include: { ...include, ...(flags.includeDeprecated ? { deprecated: true } : {}) },
    serverHosts: [...serverHosts, ...flags.serverHosts],
    ...(flags.mode === undefined ? {} : { mode: flags.mode }),
    ...(overlay === undefined ? {} : { overlay }),
    ...(flags.entry === undefined ? {} : { entry: flags.entry }),
  });
}

async function readOptionsFile(path: string): Promise<Result<Options, string>> {
  const bytes = await bytesOf(path);
  if (bytes === undefined) return fail(`${path} cannot be read`);
  let content: unknown;
  try {
    content = parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    return fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = fileSchema.safeParse(content ?? {});
  if (!read.success) return fail(`${path}: ${z.prettifyError(read.error)}`);
  const overlayPath = read.data.overlay && resolve(dirname(path), read.data.overlay);
  const overlay = overlayPath ? await bytesOf(overlayPath) : undefined;
  if (overlayPath && overlay === undefined) return fail(`${overlayPath} cannot be read`);
  return ok({ ...offeringOf(read.data), ...compileOptionsOf(read.data, overlay) });
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch(() => undefined);
}

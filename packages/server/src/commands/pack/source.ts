import { readSafeUrl, type CredentialPlace } from '@latchkey/tools/stdio';
import type { PackInput } from '@latchkey/tools/pack';
import type { Config } from '../../config.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { findConnector, findDocument, compileFound } from './compiled.ts';
import { readLatchkey } from './latchkey.ts';

/** Where the tools come from, as the command line says it: one of the first three. */
export interface SourceFlags {
  readonly document: string | undefined;
  readonly connector: string | undefined;
  readonly from: string | undefined;
  readonly baseUrl: string | undefined;
  /** As it was written. */
  readonly auth: CredentialPlace | undefined;
  readonly options: string | undefined;
  readonly overlay: string | undefined;
}

/** What the source says of itself, and what of it goes into a package. */
export interface PackSourceRead {
  readonly title: string;
  readonly description?: string | undefined;
  readonly docsUrl?: string | undefined;
  readonly input: Pick<PackInput, 'snapshot' | 'source' | 'target' | 'catalogueHash'>;
}

/** Reads what is named. `config` is asked for where a connector is. The failure is a sentence. */
export async function readSource(
  flags: SourceFlags,
  slug: string,
  { config, key }: { readonly config: () => Result<Config, string[]>; readonly key: string },
): Promise<Result<PackSourceRead, string>> {
  if (flags.from !== undefined) return readLatchkey(flags, flags.from, key);
  if (flags.connector === undefined && flags.document === undefined) return fail('there is nothing to pack');
  const found =
    flags.document === undefined
      ? await findConnector(flags.connector ?? '', flags, config)
      : await findDocument(flags.document, flags);
  if (!found.ok) return found;
  const read = await compileFound(found.value, flags, slug);
  return read.ok ? withSafeServers(read.value) : read;
}

/** Some operations may be at another server (`server_hosts`): the user's credential is sent there as well. */
function withSafeServers(source: PackSourceRead): Result<PackSourceRead, string> {
  for (const { through, tool } of source.input.snapshot.tools) {
    const url = through === 'api' ? tool.binding.baseUrl : undefined;
    const read = url === undefined ? undefined : readSafeUrl(url);
    if (read?.ok === false) return fail(`${tool.name}: ${JSON.stringify(url)}: ${read.error}`);
  }
  return ok(source);
}

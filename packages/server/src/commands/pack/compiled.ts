import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { compileInWorker, type Catalogue, type CompileOptions } from '@latchkey/tools';
import { credentialPlaceOf } from '@latchkey/tools/pack';
import { placesTaken, readSafeUrl, snapshotOf, type CredentialPlace } from '@latchkey/tools/stdio';
import type { Config } from '../../config.ts';
import { readApiDocument, readDeclared, type DeclaredApi } from '../../declared.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { describeRejection } from '../compile/describe.ts';
import { readOptions } from '../compile/options.ts';
import type { PackSourceRead, SourceFlags } from './source.ts';

interface Found {
  /** As it was named. */
  readonly name: string;
  readonly document: Uint8Array;
  readonly options: CompileOptions & { readonly entry?: string };
  /** What a connector says, and a document leaves to be said. */
  readonly title?: string;
  readonly baseUrl?: string;
  readonly credential?: CredentialPlace | undefined;
}

export async function findDocument(
  path: string,
  { options: optionsFile, overlay }: SourceFlags,
): Promise<Result<Found, string>> {
  const document = await readFile(path).catch(() => undefined);
  if (document === undefined) return fail(`${path} cannot be read`);
  const options = await readOptions({
    mode: undefined,
    options: optionsFile,
    overlay,
    entry: undefined,
    includeDeprecated: false,
    serverHosts: [],
  });
  return options.ok ? ok({ name: path, document, options: options.value }) : options;
}

/** A connector of the file that LATCHKEY_CONFIG names. */
export async function findConnector(
  slug: string,
  { options, overlay }: SourceFlags,
  config: () => Result<Config, string[]>,
): Promise<Result<Found, string>> {
  if (options !== undefined || overlay !== undefined) {
    return fail('--options and --overlay are of a document; a connector has its own');
  }
  const read = config();
  if (!read.ok) return fail(read.error.join('\n'));
  const { configFile } = read.value;
  if (configFile === undefined)
    return fail('LATCHKEY_CONFIG names no file: where is the connector declared?');
  const declared = await readDeclared(configFile);
  if (!declared.ok) return declared;
  const named = declared.value.connectors.filter((one) => one.slug === slug);
  const [connector, other] = named.filter((one) => 'document' in one);
  if (connector === undefined) {
    return fail(
      named.length === 0
        ? `${configFile} declares no connector ${slug}`
        : `the connector ${slug} has no document: only an API can be packed from ${configFile}`,
    );
  }
  if (other !== undefined) return fail(`${configFile} declares several connectors ${slug}; pack a document`);
  const api = await readApiDocument(connector, dirname(configFile));
  if (!api.ok) return api;
  return ok({
    ...api.value,
    name: slug,
    title: connector.name,
    baseUrl: connector.base_url,
    credential: placeOf(connector),
  });
}

/** Of what the operator's own upstream is shown, the place alone: never what is there. */
function placeOf({ credential }: DeclaredApi): CredentialPlace | undefined {
  switch (credential?.kind) {
    case 'bearer':
    case 'basic':
    case 'none':
      return { kind: credential.kind };
    case 'header':
    case 'query':
      return { kind: credential.kind, name: credential.name };
    case 'assertion':
    case 'oauth':
    case 'token_exchange':
    case undefined:
      // None of them is something that a user could give.
      return undefined;
  }
}

export async function compileFound(
  found: Found,
  flags: SourceFlags,
  slug: string,
): Promise<Result<PackSourceRead, string>> {
  const { document, name, options, title } = found;
  const place = flags.auth ?? found.credential;
  const credentials = [...(options.credentials ?? []), ...placesTaken(place)];
  const compiled = await compileInWorker(document, { ...options, credentials });
  if (!compiled.ok) return fail(`${name}: ${describeRejection(compiled.error)}`);
  const catalogue = compiled.value;
  const baseUrl = baseUrlOf(flags, found, catalogue);
  if (!baseUrl.ok) return baseUrl;
  const credential = place === undefined ? credentialPlaceOf(catalogue) : ok(place);
  if (!credential.ok) return fail(`--auth has to be given: ${credential.error}`);
  const server = { name: slug, title: title ?? catalogue.title, version: '' };
  return ok({
    title: server.title,
    description: catalogue.description,
    docsUrl: catalogue.docsUrl,
    input: {
      snapshot: snapshotOf(catalogue, { access: 'full', connector: slug, server, name: server.title }),
      catalogueHash: catalogue.hash,
      source: { kind: 'document', sha256: createHash('sha256').update(document).digest('hex') },
      target: { kind: 'api', baseUrl: baseUrl.value, credential: credential.value },
    },
  });
}

function baseUrlOf({ baseUrl }: SourceFlags, found: Found, { servers }: Catalogue): Result<string, string> {
  const said = baseUrl ?? found.baseUrl ?? servers.find((server) => URL.canParse(server));
  if (said === undefined)
    return fail('--base-url has to be given: the document does not say where the API is');
  const whose =
    baseUrl === undefined
      ? `--base-url has to be given: ${JSON.stringify(said.slice(0, 200))}`
      : '--base-url';
  const read = readSafeUrl(said.trim());
  if (!read.ok) return fail(`${whose}: ${read.error}`);
  if (read.value.search !== '') return fail(`${whose}: it has a query`);
  return ok(read.value.href.replace(/\/+$/, ''));
}

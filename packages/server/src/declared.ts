import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Catalogue, CompileOptions } from '@latchkey/tools';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeRejection } from './commands/compile/describe.ts';
import { compileFields, compileOptionsOf, offeringFields, offeringOf } from './connectors/compile-options.ts';
import { importConnector } from './connectors/import-connector.ts';
import type { PublishMcp } from './connectors/publish-mcp.ts';
import { declaredCredentialSchema, readDeclaredCredential } from './declared/credential.ts';
import { applyMembers, declaredMembersSchema } from './declared/members.ts';
import { applyOperators, declaredOperatorsSchema } from './declared/operators.ts';
import { mcpServerSchema, readMcpServer } from './declared/mcp-server.ts';
import type { Surroundings } from './declared/secret-value.ts';
import { systemClock, type Clock } from './kernel/clock.ts';
import type { ConnectorId, OrganisationId } from './kernel/ids.ts';
import { fail, ok, type Result } from './kernel/result.ts';
import { publishOwnConnector, type OwnApi } from './own-connector.ts';
import type { People } from './people/people.ts';
import type { Store } from './store/store.ts';
import type { NewCredential } from './upstreams/credentials/vault.ts';

const connectorFields = {
  slug: z.string(),
  name: z.string(),
  /** Slug of the organisation that it belongs to; absent: all of them. */
  organisation: z.string().optional(),
  /** What becomes of tools that may write and come later; absent: those of an MCP server wait for an admin. */
  new_write_tools: z.enum(['wait', 'allow']).optional(),
  /** What its upstream is shown; absent: as it was, which is a signed assertion for APIs and nothing for MCP servers. */
  credential: declaredCredentialSchema.optional(),
};

const apiSchema = z.strictObject({
  ...connectorFields,
  /** Path of the OpenAPI document, from the folder of this file. */
  document: z.string(),
  base_url: z.string(),
  ...offeringFields,
  /** What becomes of the document: docs/importing.md. */
  options: z.strictObject(compileFields).default({}),
});

const mcpSchema = z.strictObject({
  ...connectorFields,
  /** Where the MCP server is: docs/mcp-servers.md. */
  mcp: mcpServerSchema,
});

const { credential: _, ...ownFields } = connectorFields;
const ownSchema = z.strictObject({
  ...ownFields,
  /** Latchkey itself: docs/management-api.md. */
  kind: z.literal('latchkey', { error: 'is latchkey, or left out' }),
});

/** What it is, its fields say; a union would only say that none of them fits. */
const connectorSchema = z.record(z.string(), z.unknown()).transform((given, context) => {
  const schema = 'kind' in given ? ownSchema : 'mcp' in given ? mcpSchema : apiSchema;
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  for (const { message, path } of read.error.issues) context.addIssue({ code: 'custom', message, path });
  return z.NEVER;
});

const declaredSchema = z.strictObject({
  organisations: z
    .array(
      z.strictObject({
        slug: z.string(),
        name: z.string(),
        token_mode: z.enum(['token', 'key']).default('token'),
        refresh_days: z.union([z.literal(1), z.literal(7), z.literal(30), z.literal(90)]).default(30),
        /** Who belongs to it as what, whatever pages say. */
        members: declaredMembersSchema.default([]),
      }),
    )
    .default([]),
  /** Who looks after the installation; absent: the file does not say. */
  operators: declaredOperatorsSchema.optional(),
  connectors: z.array(connectorSchema).default([]),
});

type Declared = z.infer<typeof declaredSchema>;
export type DeclaredApi = z.infer<typeof apiSchema>;
type DeclaredMcp = z.infer<typeof mcpSchema>;
type DeclaredConnector = Declared['connectors'][number];

export interface DeclaredPorts {
  readonly store: Store;
  readonly people: People;
  readonly publishMcp: PublishMcp;
  /** Has MCP servers asked for their tools, when everything about them is known. Unset: nobody asks. */
  readonly askMcpServers?: () => void;
  /** Latchkey as a connector of its own. Undefined: another process of ours has it. */
  readonly ownApi?: (() => OwnApi) | undefined;
  readonly setCredential: (credential: NewCredential) => Promise<boolean>;
  readonly say: (line: string) => void;
  readonly clock?: Clock;
  /** The environment, for what the file takes from it. Unset: it takes nothing. */
  readonly variables?: Surroundings['variables'] | undefined;
}

/**
 * Makes what LATCHKEY_CONFIG declares so: organisations are created or brought up to date, connectors are published.
 * What the file no longer names stays as it is.
 * The failure is a sentence that names the entry.
 */
export async function applyDeclared(
  path: string,
  {
    askMcpServers,
    ownApi,
    clock = systemClock,
    store,
    people,
    publishMcp,
    setCredential,
    say,
    variables = {},
  }: DeclaredPorts,
): Promise<Result<void, string>> {
  const declared = await readDeclared(path);
  if (!declared.ok) return declared;
  for (const organisation of declared.value.organisations) {
    const applied = await applyOrganisation(store, people, organisation);
    if (!applied.ok) return fail(`${path}: organisation ${organisation.slug}: ${applied.error}`);
    const id = applied.value;
    await applyMembers({ store, clock, say }, { id, slug: organisation.slug }, organisation.members);
  }
  await applyOperators({ store, clock, say }, declared.value.operators);
  await store.people.keepDeclared(declared.value.organisations.map(({ slug }) => slug));
  const surroundings = { folder: dirname(path), variables };
  for (const connector of declared.value.connectors) {
    const applied = await applyConnector(
      connector,
      { ownApi, store, publishMcp, setCredential },
      surroundings,
    );
    if (!applied.ok) return fail(`${path}: connector ${connector.slug}: ${applied.error}`);
    say(`Connector ${connector.slug}: ${applied.value}`);
  }
  askMcpServers?.();
  return ok(undefined);
}

interface Published {
  readonly connectorId: ConnectorId;
  /** Whom a credential would be for; undefined: it takes none. */
  readonly audience: string | undefined;
  readonly note: string;
}

/** A credential that cannot be read is found before anything is published. */
async function applyConnector(
  connector: DeclaredConnector,
  ports: Pick<DeclaredPorts, 'ownApi' | 'store' | 'publishMcp' | 'setCredential'>,
  surroundings: Surroundings,
): Promise<Result<string, string>> {
  const { publishMcp, setCredential, store } = ports;
  const owner = await ownerOf(store, connector);
  if (!owner.ok) return owner;
  if ('kind' in connector) return applyOwn(ports, owner.value, connector);
  const credential =
    connector.credential && (await readDeclaredCredential(connector.credential, surroundings));
  if (credential?.ok === false) return credential;
  if (credential !== undefined && 'mcp' in connector && connector.mcp.transport === 'stdio') {
    return fail('credential: a process of our own is given what it needs by mcp.env');
  }
  const published =
    'mcp' in connector
      ? await applyMcp(publishMcp, owner.value, connector, surroundings)
      : await applyApi(store, owner.value, connector, surroundings.folder);
  if (!published.ok) return published;
  const { audience, connectorId, note } = published.value;
  if (credential !== undefined && audience !== undefined) {
    await setCredential({ connectorId, orgId: owner.value, audience, credential: credential.value });
  }
  return ok(note);
}

/** What the file says, as it stands there. The failure is a sentence. */
export async function readDeclared(path: string): Promise<Result<Declared, string>> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    // The parser goes on to quote the file, where a secret may stand.
    const [words = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return fail(`LATCHKEY_CONFIG ${path} cannot be read: ${words}`);
  }
  const declared = declaredSchema.safeParse(content ?? {});
  return declared.success ? ok(declared.data) : fail(`${path}: ${z.prettifyError(declared.error)}`);
}

const REFUSED: Readonly<Record<string, string>> = {
  slug_taken:
    'this was the address of an organisation that has another one now, or was deleted, and is never given again',
};

async function applyOrganisation(
  store: Store,
  people: People,
  { slug, name, token_mode, refresh_days }: Declared['organisations'][number],
): Promise<Result<OrganisationId, string>> {
  const existing = await store.people.findOrganisationBySlug(slug);
  if (existing === undefined) {
    const created = await people.createOrganisation({ slug, name, tokenMode: token_mode });
    // A process that starts at the same moment may have been quicker.
    const isThere = created.ok || (await store.people.findOrganisationBySlug(slug)) !== undefined;
    if (!isThere) return fail(REFUSED[created.error.reason] ?? created.error.reason);
  }
  await store.people.declareOrganisation(slug, { name, tokenMode: token_mode, refreshDays: refresh_days });
  const found = await store.people.findOrganisationBySlug(slug);
  return found === undefined ? fail('it was deleted meanwhile') : ok(found.id);
}

/** Null: all organisations have it. */
async function ownerOf(
  store: Store,
  { organisation }: DeclaredConnector,
): Promise<Result<OrganisationId | null, string>> {
  if (organisation === undefined) return ok(null);
  const found = await store.people.findOrganisationBySlug(organisation);
  return found === undefined ? fail(`there is no organisation ${organisation}`) : ok(found.id);
}

async function applyOwn(
  { ownApi, store }: Pick<DeclaredPorts, 'ownApi' | 'store'>,
  orgId: OrganisationId | null,
  { name, new_write_tools: newWriteTools, slug }: z.infer<typeof ownSchema>,
): Promise<Result<string, string>> {
  if (ownApi === undefined) return ok('Latchkey itself, which the web host publishes');
  const published = await publishOwnConnector(store, ownApi(), { orgId, slug, name, newWriteTools });
  return published.ok ? ok(`Latchkey itself, tools: ${published.value.tools}`) : published;
}

async function applyMcp(
  publishMcp: PublishMcp,
  orgId: OrganisationId | null,
  { mcp, name, new_write_tools: newWriteTools, slug }: DeclaredMcp,
  surroundings: Surroundings,
): Promise<Result<Published, string>> {
  const upstream = await readMcpServer(mcp, surroundings);
  if (!upstream.ok) return upstream;
  const published = await publishMcp({ orgId, slug, name, newWriteTools, upstream: upstream.value });
  if (!published.ok) return fail(published.error.message);
  const audience = mcp.transport === 'stdio' ? undefined : mcp.url;
  return ok({ ...published.value, audience, note: `an MCP server, reached by ${mcp.transport}` });
}

async function applyApi(
  store: Store,
  orgId: OrganisationId | null,
  declared: DeclaredApi,
  folder: string,
): Promise<Result<Published, string>> {
  const read = await readApiDocument(declared, folder);
  if (!read.ok) return read;
  const { slug, name, base_url: baseUrl, new_write_tools: newWriteTools } = declared;
  const imported = await importConnector(store, {
    orgId,
    slug,
    name,
    baseUrl,
    newWriteTools,
    ...read.value,
  });
  if (!imported.ok) {
    const { error } = imported;
    return fail(error.kind === 'document_rejected' ? describeRejection(error.rejection) : error.message);
  }
  const { catalogue, connectorId } = imported.value;
  const counts = `tools: ${catalogue.tools.length}, operations skipped: ${catalogue.skipped.length}`;
  const note = [counts, ...notesOf(catalogue)].join('\n  ');
  return ok({ connectorId, audience: baseUrl, note });
}

/** The document of a connector, and what is to become of it. The failure is a sentence. */
export async function readApiDocument(
  declared: DeclaredApi,
  folder: string,
): Promise<Result<{ document: Buffer; options: CompileOptions & { readonly entry?: string } }, string>> {
  const path = resolve(folder, declared.document);
  const document = await readFile(path).catch(() => undefined);
  if (document === undefined) return fail(`${path} cannot be read`);
  const overlayPath = declared.options.overlay && resolve(folder, declared.options.overlay);
  const overlay = overlayPath && (await readFile(overlayPath).catch(() => null));
  if (overlay === null) return fail(`${overlayPath} cannot be read`);
  const options = { ...offeringOf(declared), ...compileOptionsOf(declared.options, overlay || undefined) };
  return ok({ document, options });
}

const TEXTS_SHOWN = 10;

/** What an operator has to know before others do. A warning without a place is about this file. */
function notesOf({ suggestions = [], toolsets = [], warnings }: Catalogue): string[] {
  const noted = warnings.filter(({ code, pointer }) => code === 'MODE_CHANGED' || pointer === '');
  const texts = warnings.filter(({ code }) => code === 'TEXT_SUSPECT');
  const slugs = toolsets.map(({ slug }) => slug).join(', ');
  const ask = 'latchkey compile --report shows';
  return [
    ...noted.map(({ code, message }) => `${code}: ${message}`),
    ...texts.slice(0, TEXTS_SHOWN).map(({ code, message, pointer }) => `${code}: ${message} (${pointer})`),
    ...(texts.length > TEXTS_SHOWN ? [`${ask} ${texts.length - TEXTS_SHOWN} more such texts`] : []),
    ...(suggestions.length > 0 ? [`suggestions on access: ${suggestions.length}; ${ask} them`] : []),
    ...(slugs === '' ? [] : [`toolsets, each at /mcp/<organisation>/t/<toolset>: ${slugs}`]),
  ];
}

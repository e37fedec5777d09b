import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ImportId, OrganisationId } from '../../kernel/ids.ts';
import type { ConnectorVersion } from '../../store/queries/connector-versions.ts';
import type { Connector } from '../../store/queries/connectors.ts';
import type { ImportRow } from '../../store/queries/imports.ts';
import type { Queries, Store } from '../../store/store.ts';
import { readBaseUrl } from '../import-connector.ts';
import { isSlug, SLUG_WANTED } from '../slug.ts';
import { createToolRules } from '../tool-rules.ts';
import { originOfHeld, type CredentialView, viewOfCredential } from './credential-view.ts';
import type { Compiled } from './compiled.ts';
import { diffOf, type ToolDiff } from './diff.ts';
import { operationsOf, type Operation } from './operations.ts';
import { previewOf, type Preview } from './preview.ts';
import { problemsOf, type Problem } from './problems.ts';
import type { ImportReport } from './report.ts';
import type { ImportSettings } from './settings.ts';
import { importSourceSchema, type ImportSource } from './sources.ts';
import { compiledFrom, type ImportRejection, type ImportWork } from './work.ts';

/** Characters of compiled imports that are kept for the pages that ask for one again and again. */
const KEPT_CHARACTERS_MAX = 32 * 1024 * 1024;

export interface Blocker {
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}

/** An import as an admin sees it. */
export interface ImportView {
  readonly row: ImportRow;
  readonly source: ImportSource;
  readonly settings: ImportSettings;
  readonly createdByName: string | null;
  readonly rejection: ImportRejection | null;
  readonly report: ImportReport | null;
  readonly credential: CredentialView | null;
  readonly contentHash: string | null;
  /** The organisation's own connector of that slug, as it is published. */
  readonly target: Connector | undefined;
  readonly blockers: readonly Blocker[];
}

/** Of a connector itself: what is not about its tools. */
export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface ImportDiff {
  readonly contentHash: string;
  readonly baseVersion: number | null;
  readonly tools: ToolDiff;
  readonly connector: readonly FieldChange[];
}

/** What publishing takes: another one after each change by anybody. */
export function contentHashOf(
  row: Pick<ImportRow, 'id' | 'revision' | 'catalogueHash' | 'state'>,
): string | null {
  if (row.state !== 'ready' || row.catalogueHash === null) return null;
  return createHash('sha256').update(`${row.id} ${row.revision} ${row.catalogueHash}`).digest('hex');
}

export function createImportReading({ store, work }: { store: Store; work: ImportWork }) {
  const kept = new LRUCache<string, Compiled>({ maxSize: KEPT_CHARACTERS_MAX });

  async function compiledOf(row: ImportRow): Promise<Compiled | undefined> {
    if (row.state !== 'ready' || row.catalogueHash === null) return undefined;
    const name = `${row.id} ${row.revision} ${row.catalogueHash}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const content = await store.imports.getCompiled(row.id);
    const compiled = content && compiledFrom(row.source, content);
    // It may have been checked anew between the two reads.
    if (compiled === undefined || compiled.catalogue.hash !== row.catalogueHash) return undefined;
    kept.set(name, compiled, { size: content?.catalogue?.length ?? 1 });
    return compiled;
  }

  async function rowOf(orgId: OrganisationId, id: ImportId): Promise<ImportRow | undefined> {
    const row = await store.imports.find(orgId, id);
    // Whoever asks about work that nobody is doing, sees that it is done.
    if (row?.state === 'fetching' || row?.state === 'checking') work.begin(id);
    return row;
  }

  async function view(orgId: OrganisationId, id: ImportId): Promise<ImportView | undefined> {
    const row = await rowOf(orgId, id);
    if (row === undefined) return undefined;
    const settings = row.settings as unknown as ImportSettings;
    const { slug } = settings;
    const visible =
      slug === null || !isSlug(slug) ? undefined : await store.connectors.findVisible(orgId, slug);
    return {
      row,
      settings,
      source: importSourceSchema.parse(row.source),
      createdByName: await store.imports.nameOf(row.createdBy),
      rejection: row.rejection as ImportRejection | null,
      report: row.report as ImportReport | null,
      credential: viewOfCredential(row, settings.base_url),
      contentHash: contentHashOf(row),
      target: visible?.orgId === orgId ? visible : undefined,
      blockers: await blockersOf(row, visible),
    };
  }

  /** Why it cannot be published, whatever else is done. */
  async function blockersOf(
    row: ImportRow,
    visible: Connector | undefined,
    queries: Pick<Queries, 'upstreamCredentials'> = store,
  ): Promise<Blocker[]> {
    const settings = row.settings as unknown as ImportSettings;
    const report = row.report as ImportReport | null;
    const isMcp = row.source['kind'] === 'mcp';
    const { base_url: baseUrl, name, slug } = settings;
    const blockers: Blocker[] = [];
    const block = (code: string, field: string | null, message: string) =>
      blockers.push({ code, field, message });
    if (slug === null || slug === '') block('slug_missing', 'slug', 'Choose a short name for the address.');
    else if (!isSlug(slug)) block('slug_invalid', 'slug', SLUG_WANTED);
    if (visible !== undefined && visible.orgId === null)
      block(
        'slug_shared',
        'slug',
        'A connector that all organisations share has this name. Choose another one.',
      );
    else if (visible?.managedBy === 'operator')
      block(
        'slug_operator',
        'slug',
        'Whoever runs this service declares the connector of this name. Choose another one.',
      );
    if (name === null || name.trim() === '') block('name_missing', 'name', 'Give the connector a name.');
    if (!isMcp && baseUrl === null)
      block('base_url_missing', 'base_url', 'Say where calls go: the document names no https address.');
    else if (!isMcp && baseUrl !== null && readBaseUrl(baseUrl) === undefined)
      block('base_url_invalid', 'base_url', 'The address must be absolute, without a part after ? or #.');
    const tools = report === null ? undefined : report.tools.read + report.tools.full;
    if (tools === 0 && !(isMcp && row.credentialKind === 'oauth'))
      block('no_tools', null, 'There would be no tools: nothing that it describes is included.');
    if (visible !== undefined && row.credentialKind === null) {
      const origin = await originOfHeld(queries, visible.id);
      const audience = isMcp ? String(row.source['url']) : baseUrl;
      if (
        origin !== undefined &&
        audience !== null &&
        URL.canParse(audience) &&
        new URL(audience).origin !== origin
      )
        block(
          'credential_elsewhere',
          'credential',
          `The credential was given for ${origin}. Give the one for the new address.`,
        );
    }
    return blockers;
  }

  async function publishedOf(
    connector: Connector | undefined,
    queries: Pick<Queries, 'connectors'> = store,
  ): Promise<Compiled | undefined> {
    if (connector === undefined) return undefined;
    const body = await queries.connectors.getCatalogue(connector.catalogueHash);
    if (body === undefined) return undefined;
    return compiledFrom({ kind: connector.kind }, { catalogue: body, places: null });
  }

  return {
    view,
    blockersOf,
    compiledOf,
    publishedOf,

    list: (orgId: OrganisationId, limit: number) => store.imports.list(orgId, limit),

    /** Undefined: it is not ready. */
    async operations(orgId: OrganisationId, id: ImportId): Promise<Operation[] | undefined> {
      const row = await rowOf(orgId, id);
      const compiled = row && (await compiledOf(row));
      return compiled && operationsOf(compiled, row.settings as unknown as ImportSettings);
    },

    async problems(orgId: OrganisationId, id: ImportId): Promise<Problem[] | undefined> {
      const row = await rowOf(orgId, id);
      const compiled = row && (await compiledOf(row));
      return compiled && problemsOf(compiled);
    },

    async preview(orgId: OrganisationId, id: ImportId): Promise<Preview | undefined> {
      const found = await view(orgId, id);
      const compiled = found && (await compiledOf(found.row));
      if (compiled === undefined) return undefined;
      const [stored, waiting] = await Promise.all([
        store.toolRules.list(orgId),
        store.toolRules.listWaiting(orgId),
      ]);
      const connector = found?.target && { id: found.target.id, rules: createToolRules(stored, waiting) };
      return previewOf(compiled, found?.settings.name ?? '', connector);
    },

    async diff(orgId: OrganisationId, id: ImportId): Promise<ImportDiff | undefined> {
      const found = await view(orgId, id);
      const compiled = found && (await compiledOf(found.row));
      if (found?.contentHash == null || compiled === undefined) return undefined;
      const { settings, source, target } = found;
      return {
        contentHash: found.contentHash,
        baseVersion: target?.version ?? null,
        tools: diffOf(await publishedOf(target), compiled),
        connector: fieldChanges(target, {
          name: settings.name ?? '',
          baseUrl: source.kind === 'mcp' ? source.url : (settings.base_url ?? ''),
          kind: source.kind === 'mcp' ? 'mcp' : 'openapi',
          newWriteTools: settings.new_write_tools,
        }),
      };
    },
  };
}

export type ImportReading = ReturnType<typeof createImportReading>;

type Fields = Pick<ConnectorVersion, 'name' | 'baseUrl' | 'kind' | 'newWriteTools'>;
const FIELD_NAMES = {
  name: 'name',
  baseUrl: 'base_url',
  kind: 'kind',
  newWriteTools: 'new_write_tools',
} as const;

export function fieldChanges(before: Fields | undefined, after: Fields): FieldChange[] {
  return (['name', 'baseUrl', 'kind', 'newWriteTools'] as const).flatMap((field) =>
    before?.[field] === after[field]
      ? []
      : [{ field: FIELD_NAMES[field], before: before?.[field] ?? null, after: after[field] }],
  );
}

import { createHash } from 'node:crypto';
import { recordEvent } from '../../audit/record-event.ts';
import { newId, type ImportId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { ImportRow } from '../../store/queries/imports.ts';
import type { Queries } from '../../store/store.ts';
import { readCredential } from '../../upstreams/credentials/read-credential.ts';
import type { By, ImportRef, ImportRoom } from './room.ts';
import { NO_SETTINGS, type ImportSettings } from './settings.ts';
import { faultOfAddress, faultOfUpstream, importSourceSchema, type ImportSource } from './sources.ts';
import type { ImportWork } from './work.ts';

const DAYS = 7;
/** Of an organisation at once; what is published does not count. */
export const IMPORTS_MAX = 20;

export type ImportFault =
  | { readonly kind: 'absent' | 'forbidden' | 'too_many' | 'not_refetchable' | 'no_such_connector' }
  | { readonly kind: 'declared_by_operator' }
  | { readonly kind: 'invalid'; readonly message: string }
  /** Somebody changed it since it was looked at; or it is not in a state for that. */
  | { readonly kind: 'changed' | 'state' };

export interface Imports {
  /** `connector`: the slug of what it is to replace. */
  create(by: By, source: ImportSource, connector?: string): Promise<Result<ImportId, ImportFault>>;
  /** A document that was uploaded or pasted. */
  upload(
    by: By,
    document: Buffer,
    about: { readonly fileName: string | null; readonly connector?: string | undefined },
  ): Promise<Result<ImportId, ImportFault>>;
  cancel(ref: ImportRef): Promise<Result<void, ImportFault>>;
  remove(ref: ImportRef): Promise<Result<void, ImportFault>>;
  /** The same address once more, as another import with the same choices. */
  refetch(ref: ImportRef): Promise<Result<ImportId, ImportFault>>;
  changeSettings(
    ref: ImportRef,
    revision: number,
    settings: ImportSettings,
  ): Promise<Result<void, ImportFault>>;
  /** `credential` as people write it; null: nothing is said. */
  changeCredential(
    ref: ImportRef,
    revision: number,
    credential: Readonly<Record<string, unknown>> | null,
  ): Promise<Result<void, ImportFault>>;
}

export function createImports(room: ImportRoom, work: ImportWork): Imports {
  const { clock, mayManage, store, vault } = room;

  /** Judged, done and traced at once. */
  async function act<T>(
    by: By,
    action: string,
    change: (
      queries: Queries,
    ) => Promise<Result<{ value: T; detail: Record<string, unknown>; target: string }, ImportFault>>,
  ): Promise<Result<T, ImportFault>> {
    const { orgId, requestId, userId } = by;
    return store.transaction(async (queries) => {
      if (!mayManage(await queries.people.roleOf(orgId, userId))) return fail({ kind: 'forbidden' });
      const changed = await change(queries);
      if (!changed.ok) return changed;
      const { detail, target, value } = changed.value;
      await recordEvent(queries, clock, {
        orgId,
        action,
        actor: { kind: 'user', id: userId },
        target,
        requestId,
        outcome: 'ok',
        detail,
      });
      return ok(value);
    });
  }

  /** What the import begins with. */
  async function beginning(
    by: By,
    connector: string | undefined,
  ): Promise<Result<ImportSettings, ImportFault>> {
    if (connector === undefined) return ok(NO_SETTINGS);
    const found = await store.connectors.findVisible(by.orgId, connector);
    if (found === undefined) return fail({ kind: 'no_such_connector' });
    if (found.orgId === null || found.managedBy === 'operator') return fail({ kind: 'declared_by_operator' });
    const { baseUrl, id, kind, name, newWriteTools, slug, version } = found;
    const latest = version === null ? undefined : await store.connectorVersions.find(id, version);
    const kept = (latest?.settings ?? {}) as Partial<ImportSettings>;
    return ok({
      ...NO_SETTINGS,
      ...kept,
      slug,
      name,
      base_url: kind === 'mcp' ? null : baseUrl,
      new_write_tools: newWriteTools,
    });
  }

  async function add(
    by: By,
    source: ImportSource,
    settings: ImportSettings,
    document?: Buffer,
  ): Promise<Result<ImportId, ImportFault>> {
    const id = newId('imp');
    const added = await act<ImportId>(by, 'import.created', async (queries) => {
      const isAdded = await queries.imports.insert(
        {
          id,
          orgId: by.orgId,
          createdBy: by.userId,
          state: document === undefined ? 'fetching' : 'checking',
          source: { ...source },
          settings: { ...settings },
          ...(document && {
            documentSha256: createHash('sha256').update(document).digest('hex'),
            documentBytes: document.byteLength,
          }),
        },
        { days: DAYS, most: IMPORTS_MAX },
      );
      if (!isAdded) return fail({ kind: 'too_many' });
      if (document !== undefined) await queries.imports.putContent(id, { document });
      return ok({ value: id, target: id, detail: { from: source.kind, connector: settings.slug } });
    });
    if (added.ok) work.begin(id);
    return added;
  }

  /** The import as it is now, held until the end of the transaction; or why nothing is done. */
  async function held(
    queries: Queries,
    { id, orgId }: ImportRef,
    revision?: number,
  ): Promise<Result<ImportRow, ImportFault>> {
    const row = await queries.imports.lock(orgId, id);
    if (row === undefined) return fail({ kind: 'absent' });
    if (row.state === 'published') return fail({ kind: 'state' });
    if (revision !== undefined && row.revision !== revision) return fail({ kind: 'changed' });
    return ok(row);
  }

  return {
    async create(by, source, connector) {
      const fault =
        source.kind === 'url'
          ? faultOfAddress(source.url)
          : source.kind === 'mcp'
            ? faultOfUpstream(source.url, { isMcp: true })
            : undefined;
      if (fault !== undefined) return fail({ kind: 'invalid', message: fault });
      const settings = await beginning(by, connector);
      return settings.ok ? add(by, source, settings.value) : settings;
    },

    async upload(by, document, { connector, fileName }) {
      if (document.byteLength === 0) return fail({ kind: 'invalid', message: 'The document is empty.' });
      const settings = await beginning(by, connector);
      const source = { kind: 'upload', file_name: fileName } as const;
      return settings.ok ? add(by, source, settings.value, document) : settings;
    },

    cancel: (ref) =>
      act(ref, 'import.cancelled', async (queries) => {
        const row = await held(queries, ref);
        if (!row.ok) return row;
        if (row.value.state !== 'fetching' && row.value.state !== 'checking') return fail({ kind: 'state' });
        await queries.imports.update(ref.orgId, ref.id, {
          state: 'cancelled',
          workId: null,
          revision: row.value.revision + 1,
        });
        return ok({ value: undefined, target: ref.id, detail: {} });
      }),

    remove: (ref) =>
      act(ref, 'import.deleted', async (queries) => {
        const isGone = await queries.imports.remove(ref.orgId, ref.id);
        return isGone ? ok({ value: undefined, target: ref.id, detail: {} }) : fail({ kind: 'absent' });
      }),

    async refetch(ref) {
      const row = await store.imports.find(ref.orgId, ref.id);
      if (row === undefined) return fail({ kind: 'absent' });
      const source = importSourceSchema.parse(row.source);
      if (source.kind === 'upload') return fail({ kind: 'not_refetchable' });
      return add(ref, source, row.settings as unknown as ImportSettings);
    },

    async changeSettings(ref, revision, settings) {
      const changed = await act<boolean>(ref, 'import.changed', async (queries) => {
        const row = await held(queries, ref, revision);
        if (!row.ok) return row;
        const before = row.value;
        const source = importSourceSchema.parse(before.source);
        const fault = faultOfSettings(settings, source);
        if (fault !== undefined) return fail({ kind: 'invalid', message: fault });
        // Nothing was ever read that could be checked anew.
        const isUnread = source.kind === 'url' && before.documentSha256 === null;
        await queries.imports.update(ref.orgId, ref.id, {
          settings: { ...settings },
          revision: revision + 1,
          // What somebody gave for one address is not for whoever names another one.
          ...(isMoved(before, settings) && NO_CREDENTIAL),
          state: source.kind === 'mcp' || isUnread ? 'fetching' : 'checking',
          ...NOT_CHECKED,
        });
        await queries.imports.release(ref.id);
        return ok({ value: true, target: ref.id, detail: { connector: settings.slug } });
      });
      if (!changed.ok) return changed;
      work.begin(ref.id);
      return ok(undefined);
    },

    async changeCredential(ref, revision, given) {
      const read = given === null ? undefined : readCredential(withReach(given));
      if (read?.ok === false) return fail({ kind: 'invalid', message: read.error });
      const changed = await act<boolean>(ref, 'import.credential_set', async (queries) => {
        const row = await held(queries, ref, revision);
        if (!row.ok) return row;
        const isMcp = row.value.source['kind'] === 'mcp';
        await queries.imports.update(ref.orgId, ref.id, {
          ...(read === undefined ? NO_CREDENTIAL : vault.sealForImport(ref.id, read.value)),
          revision: revision + 1,
          // What an MCP server says may depend on who asks.
          ...(isMcp && { state: 'fetching' as const, ...NOT_CHECKED }),
        });
        if (isMcp) await queries.imports.release(ref.id);
        return ok({ value: isMcp, target: ref.id, detail: { kind: read?.value.kind ?? null } });
      });
      if (!changed.ok) return changed;
      if (changed.value) work.begin(ref.id);
      return ok(undefined);
    },
  };
}

/** Of an import that is to be read or compiled anew. */
export const NOT_CHECKED = {
  workId: null,
  progressDone: 0,
  progressTotal: null,
  report: null,
  rejection: null,
  catalogueHash: null,
} as const;

const NO_CREDENTIAL = { credentialKind: null, credentialSettings: null, credentialSealed: null } as const;

function isMoved(before: ImportRow, { base_url: to }: ImportSettings): boolean {
  const { base_url: from } = before.settings as unknown as ImportSettings;
  if (before.credentialSealed === null || from === null || from === to) return false;
  return to === null || !URL.canParse(from) || new URL(from).origin !== new URL(to).origin;
}

/** Whoever gives a credential here may not send us into our own network with it. */
export function withReach(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return given['kind'] === 'oauth' ? { ...given, reach: 'public' } : given;
}

function faultOfSettings(
  { base_url: baseUrl, docs_url: docsUrl }: ImportSettings,
  { kind }: ImportSource,
): string | undefined {
  if (kind === 'mcp' && baseUrl !== null) return 'base_url: an MCP server has none.';
  if (baseUrl !== null) {
    const fault = faultOfUpstream(baseUrl, { isMcp: false });
    if (fault !== undefined) return `base_url: ${fault}`;
  }
  if (docsUrl !== null && !/^https?:\/\//i.test(docsUrl))
    return 'docs_url: The address begins with https://.';
  return undefined;
}

import { lockOf, readLock } from '@latchkey/tools';
import { recordEvent } from '../../audit/record-event.ts';
import { newId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Connector } from '../../store/queries/connectors.ts';
import type { Queries } from '../../store/store.ts';
import { readBaseUrl } from '../import-connector.ts';
import type { Compiled } from './compiled.ts';
import { toolsOf } from './compiled.ts';
import { diffOf } from './diff.ts';
import { contentHashOf, type ImportReading } from './reading.ts';
import { NOT_CHECKED } from './imports.ts';
import type { ImportRef, ImportRoom } from './room.ts';
import type { ImportSettings } from './settings.ts';
import { importSourceSchema } from './sources.ts';
import { hashOfLock } from './work.ts';

export interface Publication {
  readonly contentHash: string;
  /** The version that it was compared with; null: there was no such connector. */
  readonly baseVersion: number | null;
  /** New tools that may write and are offered at once. */
  readonly ticked: readonly string[];
  readonly note: string;
}

export interface PublishedImport {
  readonly slug: string;
  readonly version: number;
  readonly connector: Connector;
  readonly waiting: readonly string[];
}

export type PublishFault = 'absent' | 'forbidden' | 'changed' | 'published' | 'blocked' | 'state';

export type PublishImport = (
  ref: ImportRef,
  publication: Publication,
) => Promise<Result<PublishedImport, PublishFault>>;

class Refused extends Error {
  readonly fault: PublishFault;
  constructor(fault: PublishFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Publishes what a person has seen, everywhere at once, or nothing: never what came in between. */
export function createPublishImport(room: ImportRoom, reading: ImportReading): PublishImport {
  const { clock, mayManage, store, vault } = room;

  async function publishIn(
    queries: Queries,
    ref: ImportRef,
    publication: Publication,
    compiled: Compiled,
  ): Promise<PublishedImport> {
    const { id, orgId, requestId, userId } = ref;
    if (!mayManage(await queries.people.roleOf(orgId, userId))) throw new Refused('forbidden');
    const row = await queries.imports.lock(orgId, id);
    if (row === undefined) throw new Refused('absent');
    if (row.state === 'published') throw new Refused('state');
    if (contentHashOf(row) !== publication.contentHash) throw new Refused('changed');
    const settings = row.settings as unknown as ImportSettings;
    const { name, new_write_tools: newWriteTools, slug } = settings;
    if (slug === null || name === null) throw new Refused('blocked');
    const source = importSourceSchema.parse(row.source);
    const existing = await queries.connectors.lockBySlug(orgId, slug);
    if ((existing?.version ?? null) !== publication.baseVersion || (existing && existing.version === null))
      throw new Refused('published');
    const visible = await queries.connectors.findVisible(orgId, slug);
    if ((await reading.blockersOf(row, visible, queries)).length > 0) throw new Refused('blocked');
    const baseUrl = source.kind === 'mcp' ? source.url : readBaseUrl(settings.base_url ?? '');
    if (baseUrl === undefined) throw new Refused('blocked');
    const lockText = await queries.connectors.getNameLock(orgId, slug);
    if (source.kind !== 'mcp' && hashOfLock(lockText) !== row.lockSha256) throw new Refused('published');

    const diff = diffOf(existing && (await reading.publishedOf(existing, queries)), compiled);
    const { hash } = compiled.catalogue;
    await queries.connectors.putCatalogue(hash, JSON.stringify(compiled.catalogue));
    const connector = await queries.connectors.publish({
      id: newId('con'),
      orgId,
      slug,
      name,
      kind: compiled.kind,
      baseUrl: source.kind === 'mcp' ? nameOfServer(source.url) : baseUrl,
      ...(source.kind === 'mcp' && { upstream: { transport: source.transport, url: source.url } }),
      newWriteTools,
      catalogueHash: hash,
      managedBy: 'organisation',
    });
    // Somebody else may have made one of that name since it was looked for.
    if (connector.version !== publication.baseVersion) throw new Refused('published');
    const version = await queries.connectorVersions.add(connector.id, {
      kind: compiled.kind,
      name,
      baseUrl: connector.baseUrl,
      catalogueHash: compiled.kind === 'mcp' ? null : hash,
      tools: compiled.kind === 'mcp' ? null : compiled.catalogue.tools.length,
      newWriteTools,
      documentSha256: row.documentSha256,
      source: { ...source },
      settings: { ...settings },
      madeBy: userId,
      note: publication.note,
    });
    const ticked = new Set(publication.ticked);
    const waiting = diff.newWriteTools.filter((tool) => !ticked.has(tool));
    const allowed = diff.newWriteTools.filter((tool) => ticked.has(tool));
    await queries.toolRules.knowAs(
      connector.id,
      toolsOf(compiled).map(({ tool }) => tool),
      { waiting, allowed },
    );
    if (compiled.kind === 'openapi') {
      const lock = lockText === undefined ? undefined : readLock(lockText, clock.nowMs());
      const names = lockOf(compiled.catalogue, lock?.ok === true ? lock.value : undefined, clock.nowMs());
      await queries.connectors.putNameLock(connector.id, JSON.stringify(names));
    } else await queries.mcpSnapshots.forget(connector.id);
    const credential = vault.openOfImport(id, row);
    const actor = { kind: 'user', id: userId } as const;
    if (credential !== undefined)
      await vault.setIn(queries, {
        connectorId: connector.id,
        orgId,
        audience: baseUrl,
        credential,
        actor,
        requestId,
      });
    await queries.imports.update(orgId, id, {
      state: 'published',
      publishedSlug: slug,
      publishedVersion: version,
      revision: row.revision + 1,
      credentialKind: null,
      credentialSettings: null,
      credentialSealed: null,
    });
    await queries.imports.putContent(id, { document: null, catalogue: null, places: null });
    await queries.changes.add('connector', orgId);
    await recordEvent(queries, clock, {
      orgId,
      action: 'connector.published',
      actor,
      target: connector.id,
      requestId,
      outcome: 'ok',
      detail: {
        slug,
        version,
        catalogue: hash,
        document: row.documentSha256,
        tools: compiled.catalogue.tools.length,
        waiting: waiting.length,
        ...diff.counts,
        note: publication.note,
      },
    });
    return { slug, version, connector: { ...connector, version }, waiting };
  }

  /** Names that somebody else gave meanwhile are kept, too: the import is compiled with them before it is compared. */
  async function checkAnew({ id, orgId }: ImportRef, contentHash: string): Promise<void> {
    await store.transaction(async (queries) => {
      const row = await queries.imports.lock(orgId, id);
      if (row === undefined || contentHashOf(row) !== contentHash || row.source['kind'] === 'mcp') return;
      const { slug } = row.settings as unknown as ImportSettings;
      const lockText = slug === null ? undefined : await queries.connectors.getNameLock(orgId, slug);
      if (hashOfLock(lockText) === row.lockSha256) return;
      await queries.imports.update(orgId, id, {
        ...NOT_CHECKED,
        state: 'checking',
        revision: row.revision + 1,
      });
      await queries.imports.release(id);
    });
  }

  return async (ref, publication) => {
    const row = await store.imports.find(ref.orgId, ref.id);
    if (row === undefined) return fail('absent');
    if (row.state === 'published') return fail('state');
    if (contentHashOf(row) !== publication.contentHash) return fail('changed');
    const compiled = await reading.compiledOf(row);
    if (compiled === undefined) return fail('changed');
    try {
      return ok(await store.transaction((queries) => publishIn(queries, ref, publication, compiled)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.fault === 'published') await checkAnew(ref, publication.contentHash);
      return fail(error.fault);
    }
  };
}

/** A query may hold what is not for everybody. */
function nameOfServer(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

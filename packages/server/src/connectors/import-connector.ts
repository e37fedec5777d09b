import {
  compileInWorker,
  lockOf,
  readLock,
  type Catalogue,
  type CompileOptions,
  type NameLock,
  type Rejection,
} from '@latchkey/tools';
import type { AuditEntry } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { newId, type ConnectorId, type OrganisationId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Store } from '../store/store.ts';
import { recordVersion } from './record-version.ts';
import { isSlug, SLUG_WANTED } from './slug.ts';

/** Where a connector comes from and where its calls go. */
export interface ConnectorSource {
  /** Null: shared by all organisations. */
  readonly orgId: OrganisationId | null;
  readonly slug: string;
  readonly name: string;
  /** Absolute http or https URL that the document's paths stand under. */
  readonly baseUrl: string;
  /** The OpenAPI document itself, JSON or YAML. */
  readonly document: string | Uint8Array;
  readonly options?: CompileOptions;
  /** Unset: in a worker, which a hostile document cannot get out of. A document of our own needs none. */
  readonly compile?: (
    document: string | Uint8Array,
    options: CompileOptions,
  ) => Result<Catalogue, Rejection> | Promise<Result<Catalogue, Rejection>>;
  /** What becomes of tools that may write and come with a later document. Default `allow`. */
  readonly newWriteTools?: 'wait' | 'allow' | undefined;
  /** Who publishes it; unset: the service itself. */
  readonly actor?: AuditEntry['actor'];
}

export type ImportFault =
  | { readonly kind: 'slug_invalid' | 'base_url_invalid'; readonly message: string }
  | { readonly kind: 'document_rejected'; readonly message: string; readonly rejection: Rejection };

export interface ImportedConnector {
  readonly connectorId: ConnectorId;
  readonly catalogue: Catalogue;
}

const ATTEMPTS_MAX = 5;

/**
 * Compiles a document and publishes it as the connector of that slug: at once, everywhere, or not at all. Names that
 * its tools had go on being accepted.
 */
export async function importConnector(
  store: Store,
  source: ConnectorSource,
  clock: Clock = systemClock,
): Promise<Result<ImportedConnector, ImportFault>> {
  const { orgId, slug } = source;
  if (!isSlug(slug)) return fail({ kind: 'slug_invalid', message: SLUG_WANTED });
  const baseUrl = readBaseUrl(source.baseUrl);
  if (baseUrl === undefined) {
    return fail({
      kind: 'base_url_invalid',
      message: 'The base URL must be an absolute http or https URL without a user, a query or a fragment.',
    });
  }
  for (let attempt = 1; ; attempt += 1) {
    const lockText = await store.connectors.getNameLock(orgId, slug);
    const lock = lockText === undefined ? undefined : nameLockOf(lockText, clock);
    const { compile = compileInWorker } = source;
    const compiled = await compile(source.document, { ...source.options, ...(lock && { lock }) });
    if (!compiled.ok) {
      return fail({ kind: 'document_rejected', message: compiled.error.message, rejection: compiled.error });
    }
    const publication = { catalogue: compiled.value, baseUrl, lock, lockText };
    try {
      const connectorId = await publish(store, source, publication, clock);
      return ok({ connectorId, catalogue: compiled.value });
    } catch (error) {
      if (!(error instanceof NamesChanged) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

interface Publication {
  readonly catalogue: Catalogue;
  readonly baseUrl: string;
  /** The names that the catalogue was compiled with, and the same as they are stored. */
  readonly lock: NameLock | undefined;
  readonly lockText: string | undefined;
}

/** Somebody else published the connector while we compiled it: names that it gave then would be lost. */
class NamesChanged extends Error {}

function publish(
  store: Store,
  { actor = { kind: 'system' }, name, newWriteTools = 'allow', orgId, slug }: ConnectorSource,
  { baseUrl, catalogue, lock, lockText }: Publication,
  clock: Clock,
): Promise<ConnectorId> {
  const { hash } = catalogue;
  const names = JSON.stringify(lockOf(catalogue, lock, clock.nowMs()));
  return store.transaction(async (queries) => {
    await queries.connectors.putCatalogue(hash, JSON.stringify(catalogue));
    const connector = await queries.connectors.publish({
      id: newId('con'),
      orgId,
      slug,
      name,
      baseUrl,
      newWriteTools,
      catalogueHash: hash,
    });
    await recordVersion(queries, connector, {
      kind: 'openapi',
      name,
      baseUrl,
      newWriteTools,
      catalogueHash: hash,
      tools: catalogue.tools.length,
      documentSha256: catalogue.sourceSha256,
    });
    await queries.toolRules.know(connector.id, catalogue.tools, newWriteTools === 'wait');
    // The row is ours until the end of the transaction, and so is its lock.
    const current = await queries.connectors.getNameLock(orgId, slug);
    if (current !== lockText && current !== names) throw new NamesChanged();
    await queries.connectors.putNameLock(connector.id, names);
    await queries.changes.add('connector', orgId ?? '*');
    await recordEvent(queries, clock, {
      ...(orgId === null ? {} : { orgId }),
      action: 'connector.published',
      actor,
      target: connector.id,
      outcome: 'ok',
      detail: { slug, catalogue: hash, tools: catalogue.tools.length, skipped: catalogue.skipped.length },
    });
    return connector.id;
  });
}

function nameLockOf(text: string, clock: Clock): NameLock {
  const lock = readLock(text, clock.nowMs());
  // Written by us alone, from a value of this type.
  if (!lock.ok) throw new Error(lock.error);
  return lock.value;
}

/** Undefined: it is none that paths can stand under. */
export function readBaseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return url.origin + url.pathname.replace(/\/+$/, '');
}

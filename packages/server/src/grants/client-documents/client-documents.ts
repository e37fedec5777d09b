import { createHash } from 'node:crypto';
import { recordEvent } from '../../audit/record-event.ts';
import type { FetchDocument, GuardFault } from '../../kernel/address-guard.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { ClientId, RequestId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Client } from '../../store/queries/clients.ts';
import type { Store } from '../../store/store.ts';
import { isClientIdUrl } from './client-id-url.ts';
import { parseDocument, readPublicKeys, type ParsedDocument } from './parse-document.ts';

const FRESH_SECONDS_MIN = 5 * 60;
const FRESH_SECONDS_MAX = 24 * 60 * 60;
const FAILURE_SECONDS = 60;
const ETAG_CHARACTERS_MAX = 256;

export interface DocumentBudget {
  /** Documents that were never read before, each within the window. */
  perOrigin: number;
  inAll: number;
  windowSeconds: number;
}

/** One site may publish a document per connector; nobody publishes hundreds an hour. */
const BUDGET: DocumentBudget = { perOrigin: 100, inAll: 1000, windowSeconds: 3600 };

/**
 * Clients that are known by the address of their metadata document (draft-ietf-oauth-client-id-metadata-document). What
 * was read is kept in the database for all nodes, failures too; only /authorize has a document read.
 */
export function createClientDocuments({
  store,
  fetchDocument,
  clock,
  budget = BUDGET,
}: {
  store: Store;
  fetchDocument: FetchDocument;
  clock: Clock;
  budget?: DocumentBudget | undefined;
}) {
  const underWay = new Map<string, Promise<Client | undefined>>();

  async function resolve(url: string, requestId: RequestId): Promise<Client | undefined> {
    const [document, client] = await Promise.all([store.clientDocuments.find(url), store.clients.find(url)]);
    if (document?.fresh === true) return document.failure === null ? client : undefined;
    if (client !== undefined) return read(url, client, document?.etag ?? undefined, requestId);
    const allowed = await store.transaction((queries) =>
      queries.clientDocuments.claimFirstRead({ url, origin: new URL(url).origin }, budget),
    );
    return allowed ? read(url, undefined, undefined, requestId) : undefined;
  }

  async function read(
    url: string,
    known: Client | undefined,
    etag: string | undefined,
    requestId: RequestId,
  ): Promise<Client | undefined> {
    // Keys that are published elsewhere may change while the document does not, so it is read in full.
    const condition = known?.jwksUri === null ? etag : undefined;
    const answer = await fetchDocument(url, { etag: condition });
    if (!answer.ok) return refuse(url, describe(answer.error), requestId);
    const freshSeconds = clamp(answer.value.maxAgeSeconds);
    const seen = { etag: shortEtag(answer.value.etag), freshSeconds };
    if (answer.value.body === undefined) {
      await keep(url, undefined, seen, requestId);
      return store.clients.find(url);
    }
    const parsed = parseDocument(url, answer.value.body);
    if (!parsed.ok) return refuse(url, parsed.error, requestId);
    const complete = await withKeys(parsed.value);
    if (!complete.ok) return refuse(url, complete.error, requestId);
    const metadataHash = hashOf(url, complete.value);
    const changed = known?.metadataHash !== metadataHash;
    await keep(url, changed ? { ...complete.value, metadataHash } : undefined, seen, requestId);
    return store.clients.find(url);
  }

  async function withKeys(document: ParsedDocument): Promise<Result<ParsedDocument, string>> {
    if (document.jwksUri === null) return ok(document);
    const answer = await fetchDocument(document.jwksUri);
    if (!answer.ok) return fail(`jwks_uri: ${describe(answer.error)}`);
    const jwks = readPublicKeys(answer.value.body);
    return jwks === undefined ? fail('jwks_uri: no usable keys') : ok({ ...document, jwks });
  }

  async function keep(
    url: string,
    changed: (ParsedDocument & { metadataHash: string }) | undefined,
    seen: { etag: string | null; freshSeconds: number },
    requestId: RequestId,
  ): Promise<void> {
    const { origin } = new URL(url);
    await store.transaction(async (queries) => {
      await queries.clientDocuments.record({ url, origin, failure: null, ...seen });
      if (changed === undefined) return;
      await queries.clientDocuments.saveClient({ id: url as ClientId, ...changed });
      await recordEvent(queries, clock, entryOf(url, requestId));
    });
  }

  async function refuse(url: string, failure: string, requestId: RequestId): Promise<undefined> {
    const { origin } = new URL(url);
    await store.transaction(async (queries) => {
      await queries.clientDocuments.record({
        url,
        origin,
        etag: null,
        failure,
        freshSeconds: FAILURE_SECONDS,
      });
      await recordEvent(queries, clock, entryOf(url, requestId, failure));
    });
    return undefined;
  }

  return {
    /**
     * The client whose id this URL is, as its document says now or said a moment ago. Undefined: not usable, and why is
     * in the audit log alone, because who asks could otherwise look around with our eyes.
     */
    async resolve(url: string, requestId: RequestId): Promise<Client | undefined> {
      if (!isClientIdUrl(url)) return undefined;
      const joined = underWay.get(url) ?? resolve(url, requestId).finally(() => underWay.delete(url));
      underWay.set(url, joined);
      return joined;
    },
  };
}

function clamp(maxAgeSeconds: number | undefined): number {
  return Math.min(Math.max(maxAgeSeconds ?? FRESH_SECONDS_MIN, FRESH_SECONDS_MIN), FRESH_SECONDS_MAX);
}

function shortEtag(etag: string | undefined): string | null {
  return etag === undefined || etag.length > ETAG_CHARACTERS_MAX ? null : etag;
}

function describe(fault: GuardFault): string {
  if (fault.reason === 'status') return `status ${fault.status}`;
  return fault.reason === 'unreachable' ? `unreachable: ${fault.detail}` : fault.reason;
}

function hashOf(url: string, document: ParsedDocument): string {
  return createHash('sha256')
    .update(JSON.stringify(['metadata document', url, document]))
    .digest('base64url');
}

function entryOf(url: string, requestId: RequestId, failure?: string) {
  return {
    action: 'client.document_read',
    actor: { kind: 'client' as const, id: url },
    target: url,
    requestId,
    outcome: failure === undefined ? ('ok' as const) : ('refused' as const),
    ...(failure === undefined ? {} : { detail: { why: failure } }),
  };
}
